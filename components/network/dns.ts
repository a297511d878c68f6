import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ownedTags } from "../../plan/names";

export interface DnsArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  /** Name of the zone. */
  readonly zone: string;
  /** Zone to delegate from. Without it nothing is delegated. */
  readonly parentZoneId?: string;
  /**
   * Whether the names must resolve outside the VPC. Otherwise the zone is private to the VPC and needs no
   * delegation.
   */
  readonly isPublic: boolean;
  readonly vpcId: pulumi.Input<string>;
}

/**
 * Seconds for which resolvers may remember that a name does not exist. It is the smaller of the SOA record's
 * own TTL and its last field (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html).
 */
const negativeTtlSeconds = 10;

/**
 * Seconds for which resolvers may remember a public zone's name servers. A recreated zone has other servers.
 * With Route53's own two days, resolvers would keep asking the old ones
 * (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html).
 */
const serversTtlSeconds = 300;

/** The cluster's own zone: the names of the API and the bastion, and the discovery function's records. */
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
        // The discovery function writes records that Pulumi does not know. Without this, `destroy` could not
        // delete the zone.
        forceDestroy: true,
        tags: ownedTags(args.cluster, args.zone),
      },
      // Whoever runs the cluster may let other VPCs use the zone; a refresh would take them away again.
      { parent: this, ignoreChanges: ["vpcs"] },
    );
    // By default resolvers remember "no such name" for 15 minutes. A node that asks before its records exist
    // would wait that long. A zone always has this record, so Pulumi deletes it only with the zone.
    new aws.route53.Record(
      `${name}-authority`,
      {
        zoneId: zone.zoneId,
        name: args.zone,
        type: "SOA",
        ttl: negativeTtlSeconds,
        // A private zone's name ends with a dot, and a public zone's does not.
        records: [
          zone.primaryNameServer.apply(
            (server) =>
              `${server.replace(/\.$/, "")}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 ${negativeTtlSeconds}`,
          ),
        ],
        allowOverwrite: true,
      },
      { parent: this, retainOnDelete: true },
    );
    // Resolvers prefer the zone's own list of its servers to that of the parent. Nobody asks for a private
    // zone's list.
    if (args.isPublic) {
      new aws.route53.Record(
        `${name}-servers`,
        {
          zoneId: zone.zoneId,
          name: args.zone,
          type: "NS",
          ttl: serversTtlSeconds,
          records: zone.nameServers,
          allowOverwrite: true,
        },
        { parent: this, retainOnDelete: true },
      );
    }
    if (args.parentZoneId !== undefined) {
      new aws.route53.Record(
        `${name}-delegation`,
        {
          zoneId: args.parentZoneId,
          name: args.zone,
          type: "NS",
          ttl: serversTtlSeconds,
          records: zone.nameServers,
        },
        { parent: this },
      );
    }
    this.zoneId = zone.zoneId;
    this.zoneArn = zone.arn;
    this.nameServers = zone.nameServers;
    this.registerOutputs({ zoneId: this.zoneId, nameServers: this.nameServers });
  }
}
