import { mkdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { paginateDescribeSubnets, type EC2Client } from "@aws-sdk/client-ec2";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { lastHostOf } from "./addresses";
import { BalancerNode, commonHealth, type FoundHealth } from "./balancerNode";
import { describeLoadBalancers, type LoadBalancer } from "./loadBalancers";
import type { GroupMember } from "./securityGroups";

export interface BalancersArgs {
  /** Both of the local AWS. */
  readonly ec2: EC2Client;
  readonly elb: ElasticLoadBalancingV2Client;
  /** HAProxy. */
  readonly program: string;
  /** Factor for the waits after a target's deregistration, as the local AWS has it. */
  readonly timeScale: number;
  /** Folder for HAProxy's configuration and log. */
  readonly folder: string;
  /** Address of an instance that runs. */
  readonly addressOf: (instance: string) => string | undefined;
  /** Called with all nodes when the list or a node's security groups have changed. */
  readonly onNodes: (nodes: readonly GroupMember[]) => Promise<void>;
  /** Called with the health of all targets, by target group and target, when it has changed. */
  readonly onHealth: (found: Readonly<Record<string, Record<string, FoundHealth>>>) => Promise<void>;
  readonly report: (line: string) => void;
}

const pollMilliseconds = 1000;

/**
 * The network load balancers of the local AWS. Each has a node in each of its subnets, at the subnet's last
 * address, which the local AWS assigns to nobody. HAProxy does a node's work. It differs from AWS
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html):
 * - Targets see the node's address, like AWS's with `preserve_client_ip.enabled` = false. The lab has no
 *   other mode.
 * - HAProxy accepts a connection before it has one to a target. On AWS the client's own handshake waits for
 *   the target's. HAProxy closes a connection to a silent target after the health check's time-out.
 * - A new target is healthy after as many checks as an unhealthy one. AWS needs one check, but minutes for
 *   the registration.
 * - There are no passive health checks. A target that fails its check gets no new connection from then on;
 *   AWS sends some for 30 to 40 s more. A deregistered target gets some for two minutes, as on AWS.
 * - Connections that outlive the deregistration delay are closed.
 */
export class Balancers {
  private balancers: readonly LoadBalancer[] = [];
  /** Nodes by the load balancer's DNS name, then by subnet. */
  private readonly nodes = new Map<string, Map<string, BalancerNode>>();
  private announced = "";
  private told = "";
  private isClosed = false;
  private loop = Promise.resolve();

  constructor(private readonly args: BalancersArgs) {
    mkdirSync(args.folder, { recursive: true });
  }

  /** Follows the local AWS from now on. */
  start(): void {
    this.loop = this.follow();
  }

  /** Addresses of the load balancers' nodes, by the load balancer's DNS name. */
  addresses(): ReadonlyMap<string, readonly string[]> {
    return new Map(
      [...this.nodes].map(([name, nodes]) => [name, [...nodes.values()].map(({ address }) => address)]),
    );
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.loop;
    for (const name of [...this.nodes.keys()]) await this.remove(name);
  }

  private async follow(): Promise<void> {
    for (; !this.isClosed; await sleep(pollMilliseconds)) {
      try {
        await this.reconcile();
      } catch (error) {
        this.args.report(`load balancers: ${(error as Error).message}`);
      }
    }
  }

  private async reconcile(): Promise<void> {
    this.balancers = await describeLoadBalancers(this.args.elb);
    for (const name of [...this.nodes.keys()]) {
      if (!this.balancers.some(({ dnsName }) => dnsName === name)) await this.remove(name);
    }
    for (const balancer of this.balancers) await this.lay(balancer);
    await this.announce();
    const found: Record<string, Record<string, FoundHealth>> = {};
    for (const balancer of this.balancers) {
      const servers = balancer.targets.flatMap(({ id, port }) => {
        const address = this.args.addressOf(id);
        return address ? [{ id, address, port }] : [];
      });
      const nodes = [...(this.nodes.get(balancer.dnsName)?.values() ?? [])];
      await Promise.all(nodes.map((node) => node.update(balancer, servers)));
      found[balancer.targetGroupArn] = commonHealth(await Promise.all(nodes.map((node) => node.health())));
    }
    if (JSON.stringify(found) === this.told) return;
    await this.args.onHealth(found);
    this.told = JSON.stringify(found);
  }

  private async lay({ dnsName, name, subnetIds }: LoadBalancer): Promise<void> {
    if (this.nodes.has(dnsName)) return;
    const cidrs = await this.subnetCidrs();
    const nodes = new Map<string, BalancerNode>();
    this.nodes.set(dnsName, nodes);
    for (const subnetId of subnetIds) {
      const cidr = cidrs.get(subnetId) ?? "";
      const node = `${name}-${subnetId}`;
      const file = path.join(this.args.folder, node);
      const { program, timeScale } = this.args;
      nodes.set(subnetId, await BalancerNode.open(node, lastHostOf(cidr), cidr, file, program, timeScale));
    }
  }

  private async announce(): Promise<void> {
    const members = this.balancers.flatMap(({ dnsName, groupIds }) =>
      (this.addresses().get(dnsName) ?? []).map((address) => ({ address, groupIds })),
    );
    const text = JSON.stringify(members);
    if (text === this.announced) return;
    await this.args.onNodes(members);
    this.announced = text;
  }

  private async remove(dnsName: string): Promise<void> {
    const nodes = this.nodes.get(dnsName);
    this.nodes.delete(dnsName);
    for (const node of nodes?.values() ?? []) await node.close();
  }

  private async subnetCidrs(): Promise<Map<string, string>> {
    const cidrs = new Map<string, string>();
    for await (const { Subnets = [] } of paginateDescribeSubnets({ client: this.args.ec2 }, {})) {
      for (const { SubnetId = "", CidrBlock = "" } of Subnets) cidrs.set(SubnetId, CidrBlock);
    }
    return cidrs;
  }
}
