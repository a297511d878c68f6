import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ownedTags } from "../../plan/names";

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

/**
 * How long resolvers may remember that a name does not exist, seconds: the smaller of the SOA record's own TTL and its
 * last field (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html).
 */
const negativeTtlSeconds = 10;

/**
 * How long resolvers may remember a public zone's name servers, seconds. A zone that is made anew has others, and Route53's own
 * two days would lead everybody to those of the one before
 * (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html).
 */
const serversTtlSeconds = 300;

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
      // Whoever runs the cluster may let other VPCs use the zone; a refresh would take them away again.
      { parent: this, ignoreChanges: ["vpcs"] },
    );
    // By default resolvers keep "no such name" for 15 minutes; a node that asks before its records are written would wait
    // that long. A zone cannot be without this record, so it goes with the zone and not before.
    new aws.route53.Record(
      `${name}-authority`,
      {
        zoneId: zone.zoneId,
        name: args.zone,
        type: "SOA",
        ttl: negativeTtlSeconds,
        // The name comes with its last dot from a private zone, and without from a public one.
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
    // Resolvers take the zone's own word for its servers over that of the parent. Nobody asks for a private zone's.
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
