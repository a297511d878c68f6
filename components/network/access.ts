import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { bastionIgnition } from "../../ignition/bastion";
import { bastionType } from "../../plan/bastion";
import { ownedTags } from "../../plan/names";

export type AccessArgs = {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly securityGroupId: pulumi.Input<string>;
} & (
  | {
      readonly kind: "bastion";
      /** DNS name of the bastion. */
      readonly dnsName: string;
      readonly zoneId: pulumi.Input<string>;
      readonly imageId: pulumi.Input<string>;
      /** A public subnet. */
      readonly subnetId: pulumi.Input<string>;
      readonly sshAuthorizedKeys: readonly string[];
    }
  | {
      readonly kind: "instance-connect";
      /** A private subnet. */
      readonly subnetId: pulumi.Input<string>;
    }
);

/** The way to a shell on the nodes: a bastion, or an EC2 Instance Connect Endpoint, which needs no host. */
export class Access extends pulumi.ComponentResource {
  /** Address of the bastion. */
  readonly publicIp?: pulumi.Output<string>;

  constructor(name: string, args: AccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm:index:Access", name, {}, opts);
    if (args.kind === "bastion") this.publicIp = this.bastion(name, args);
    else this.endpoint(name, args);
    this.registerOutputs({ publicIp: this.publicIp });
  }

  private bastion(name: string, args: Extract<AccessArgs, { kind: "bastion" }>): pulumi.Output<string> {
    const tags = ownedTags(args.cluster, `${args.cluster}-bastion`);
    const instance = new aws.ec2.Instance(
      name,
      {
        ami: args.imageId,
        instanceType: bastionType,
        subnetId: args.subnetId,
        vpcSecurityGroupIds: [args.securityGroupId],
        userData: bastionIgnition(args.sshAuthorizedKeys),
        userDataReplaceOnChange: true,
        metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
        rootBlockDevice: { volumeType: "gp3", encrypted: true },
        tags,
        volumeTags: tags,
      },
      { parent: this },
    );
    const address = new aws.ec2.Eip(name, { domain: "vpc", instance: instance.id, tags }, { parent: this });
    new aws.route53.Record(
      name,
      { zoneId: args.zoneId, name: args.dnsName, type: "A", ttl: 60, records: [address.publicIp] },
      { parent: this },
    );
    return address.publicIp;
  }

  private endpoint(name: string, args: Extract<AccessArgs, { kind: "instance-connect" }>) {
    new aws.ec2transitgateway.InstanceConnectEndpoint(
      name,
      {
        subnetId: args.subnetId,
        securityGroupIds: [args.securityGroupId],
        preserveClientIp: false,
        tags: ownedTags(args.cluster, `${args.cluster}-connect`),
      },
      { parent: this },
    );
  }
}
