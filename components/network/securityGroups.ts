import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ApiClient } from "./apiClients";
import { ownedTags } from "../../plan/names";

/**
 * Senders and receivers, with one security group each. `access` exists only with a bastion or a connect
 * endpoint.
 */
export type Party = "api" | "controllers" | "workers" | "access";

/** One port range between two groups. */
export interface Port {
  readonly from: Party;
  readonly to: Party;
  /** The service at these ports; unique between two groups, and part of the rule's name. */
  readonly service: string;
  readonly protocol: "tcp" | "udp";
  readonly firstPort: number;
  readonly lastPort: number;
}

const tcp = (from: Party, to: Party, service: string, firstPort: number, lastPort = firstPort): Port => ({
  from,
  to,
  service,
  protocol: "tcp",
  firstPort,
  lastPort,
});

/** Flannel's VXLAN: it carries packets between the pods of different nodes. */
const vxlan = (from: Party, to: Party): Port => ({
  from,
  to,
  service: "vxlan",
  protocol: "udp",
  firstPort: 8472,
  lastPort: 8472,
});

/** Services of type NodePort: https://kubernetes.io/docs/reference/networking/ports-and-protocols/ */
const nodePorts = (protocol: Port["protocol"]): Port => ({
  from: "workers",
  to: "workers",
  service: `node-ports-${protocol}`,
  protocol,
  firstPort: 30000,
  lastPort: 32767,
});

/**
 * Every port that is open between groups; no other port is
 * (https://kubernetes.io/docs/reference/networking/ports-and-protocols/).
 */
export const openPorts: readonly Port[] = [
  tcp("controllers", "api", "kubernetes", 6443),
  tcp("workers", "api", "kubernetes", 6443),
  tcp("api", "controllers", "kubernetes", 6443),
  // The Service `kubernetes` sends pods to the apiservers directly, without the balancer.
  tcp("controllers", "controllers", "kubernetes", 6443),
  tcp("workers", "controllers", "kubernetes", 6443),
  tcp("controllers", "controllers", "etcd", 2379, 2380),
  tcp("controllers", "controllers", "kubelet", 10250),
  tcp("controllers", "workers", "kubelet", 10250),
  vxlan("controllers", "controllers"),
  vxlan("controllers", "workers"),
  vxlan("workers", "controllers"),
  vxlan("workers", "workers"),
  // In a conformant cluster, every worker serves a NodePort, even if the pod runs on another one.
  nodePorts("tcp"),
  nodePorts("udp"),
  tcp("access", "controllers", "ssh", 22),
  tcp("access", "workers", "ssh", 22),
];

export interface SecurityGroupsArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly vpcId: pulumi.Input<string>;
  /** Who may connect to the API besides the nodes. */
  readonly apiClients: readonly ApiClient[];
  readonly access: "none" | "bastion" | "instance-connect";
  /** Who may connect to the bastion. */
  readonly accessClients: readonly string[];
}

/** The security groups of all parts, and the rules between them. */
export class SecurityGroups extends pulumi.ComponentResource {
  readonly ids: Readonly<
    Partial<Record<Party, pulumi.Output<string>>> &
      Record<"api" | "controllers" | "workers", pulumi.Output<string>>
  >;

  constructor(name: string, args: SecurityGroupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm:index:SecurityGroups", name, {}, opts);
    const make = (party: Party, description: string) =>
      new aws.ec2.SecurityGroup(
        `${name}-${party}`,
        {
          name: `${args.cluster}-${party}`,
          description,
          vpcId: args.vpcId,
          tags: ownedTags(args.cluster, `${args.cluster}-${party}`),
        },
        { parent: this },
      ).id;
    this.ids = {
      api: make("api", "Load balancer of the Kubernetes API"),
      controllers: make("controllers", "Control plane and etcd"),
      workers: make("workers", "Worker nodes"),
      ...(args.access !== "none" && { access: make("access", "The way to a shell on the nodes") }),
    };
    for (const port of openPorts) this.open(name, port);
    for (const { name: client, cidr } of args.apiClients)
      this.admit(`${name}-api-from-${client}`, this.ids.api, cidr, 6443);
    if (args.access === "bastion" && this.ids.access) {
      for (const cidr of args.accessClients)
        this.admit(`${name}-access-from-${cidr}`, this.ids.access, cidr, 22);
    }
    for (const party of ["controllers", "workers"] as const) this.reachOut(name, party);
    this.registerOutputs({ ids: this.ids });
  }

  /** One rule at each end: the sender may send, and the receiver accepts. */
  private open(name: string, port: Port) {
    const [from, to] = [this.ids[port.from], this.ids[port.to]];
    if (!from || !to) return;
    const range = {
      description: `${port.service} from ${port.from} to ${port.to}`,
      ipProtocol: port.protocol,
      fromPort: port.firstPort,
      toPort: port.lastPort,
    };
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-${port.to}-${port.service}-from-${port.from}`,
      { ...range, securityGroupId: to, referencedSecurityGroupId: from },
      { parent: this },
    );
    if (port.from === "controllers" || port.from === "workers") return; // these may send anything
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-${port.from}-${port.service}-to-${port.to}`,
      { ...range, securityGroupId: from, referencedSecurityGroupId: to },
      { parent: this },
    );
  }

  private admit(
    ruleName: string,
    securityGroupId: pulumi.Input<string>,
    cidrIpv4: pulumi.Input<string>,
    port: number,
  ) {
    new aws.vpc.SecurityGroupIngressRule(
      ruleName,
      { securityGroupId, cidrIpv4, ipProtocol: "tcp", fromPort: port, toPort: port },
      { parent: this },
    );
  }

  /** Nodes and their pods may connect to any address outside. */
  private reachOut(name: string, party: "controllers" | "workers") {
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-${party}-out`,
      { securityGroupId: this.ids[party], cidrIpv4: "0.0.0.0/0", ipProtocol: "-1" },
      { parent: this },
    );
  }
}
