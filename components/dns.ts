import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ownedTags } from "./names";

export interface DnsArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  /** Name of the zone. */
  readonly zone: string;
  /** Zone to delegate from. Without one nothing is delegated. */
  readonly parentZoneId?: string;
  /** Whether the names must resolve outside the VPC; else the zone is private to it and needs no delegation. */
  readonly isPublic: boolean;
  readonly vpcId: pulumi.Input<string>;
}

/** The cluster's own zone: the API's and the bastion's names, and the records that the discovery function keeps. */
export class Dns extends pulumi.ComponentResource {
  readonly zoneId: pulumi.Output<string>;
  readonly zoneArn: pulumi.Output<string>;
  readonly nameServers: pulumi.Output<string[]>;

  constructor(name: string, args: DnsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm:index:Dns", name, {}, opts);
    const zone = new aws.route53.Zone(
      name,
      {
        name: args.zone,
        comment: `Kubernetes cluster ${args.cluster}`,
        vpcs: args.isPublic ? undefined : [{ vpcId: args.vpcId }],
        // The discovery function writes records that Pulumi does not know; without this the zone outlives `destroy`.
        forceDestroy: true,
        tags: ownedTags(args.cluster, args.zone),
      },
      { parent: this },
    );
    if (args.parentZoneId !== undefined) {
      new aws.route53.Record(
        `${name}-delegation`,
        { zoneId: args.parentZoneId, name: args.zone, type: "NS", ttl: 300, records: zone.nameServers },
        { parent: this },
      );
    }
    this.zoneId = zone.zoneId;
    this.zoneArn = zone.arn;
    this.nameServers = zone.nameServers;
    this.registerOutputs({ zoneId: this.zoneId, nameServers: this.nameServers });
  }
}
