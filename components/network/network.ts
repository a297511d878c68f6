import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { clusterTag, ownedTags } from "../../plan/names";
import { planSubnets } from "../../plan/subnets";
import type { ExistingVpc } from "../../preflight/network/existingVpc";

export type NetworkArgs = {
  /** Name of the cluster. */
  readonly cluster: string;
} & (
  | {
      readonly kind: "new";
      readonly region: string;
      readonly cidr: string;
      readonly zones: readonly string[];
      /** A NAT gateway in each zone, or one for all. */
      readonly nat: "zone" | "single";
    }
  | { readonly kind: "existing"; readonly vpc: ExistingVpc }
);

/**
 * The VPC: a new one with a public and a private subnet per zone, or an existing one whose subnets only get a
 * tag.
 */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  /** The VPC's ranges. */
  readonly cidrs: readonly string[];
  readonly privateSubnetIds: pulumi.Output<string>[];
  /** The zone of each of `privateSubnetIds`. */
  readonly zones: readonly string[];
  readonly publicSubnetIds: pulumi.Output<string>[];
  /** Public addresses of the nodes' connections to the internet. */
  readonly natAddresses: pulumi.Output<string>[];

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm:index:Network", name, {}, opts);
    const made = args.kind === "new" ? this.create(name, args) : this.adopt(name, args);
    this.vpcId = made.vpcId;
    this.cidrs = made.cidrs;
    this.privateSubnetIds = made.privateSubnetIds;
    this.zones = args.kind === "new" ? args.zones : args.vpc.privateSubnets.map(({ zone }) => zone);
    this.publicSubnetIds = made.publicSubnetIds;
    this.natAddresses = made.natAddresses;
    this.registerOutputs({ vpcId: this.vpcId });
  }

  /** The private subnets in these zones. @default in all */
  privateSubnetsIn(zones: readonly string[] = this.zones): pulumi.Output<string>[] {
    return this.privateSubnetIds.filter((_, i) => zones.includes(this.zones[i]));
  }

  private create(name: string, args: Extract<NetworkArgs, { kind: "new" }>) {
    const parent = { parent: this };
    const tags = (display: string) => ownedTags(args.cluster, display);
    const vpc = new aws.ec2.Vpc(
      name,
      { cidrBlock: args.cidr, enableDnsSupport: true, enableDnsHostnames: true, tags: tags(args.cluster) },
      parent,
    );
    // Nothing uses the VPC's default group. It opens nothing for instances that somebody starts without
    // naming a group.
    new aws.ec2.DefaultSecurityGroup(
      `${name}-default`,
      { vpcId: vpc.id, ingress: [], egress: [], tags: tags(`${args.cluster}-default`) },
      parent,
    );
    const gateway = new aws.ec2.InternetGateway(name, { vpcId: vpc.id, tags: tags(args.cluster) }, parent);
    const publicRoutes = new aws.ec2.RouteTable(
      `${name}-public`,
      { vpcId: vpc.id, tags: tags(`${args.cluster}-public`) },
      parent,
    );
    new aws.ec2.Route(
      `${name}-public`,
      { routeTableId: publicRoutes.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id },
      parent,
    );
    const ranges = planSubnets(args.cidr, args.zones);
    const publicSubnets = ranges.map(({ zone, publicCidr }) => {
      const made = new aws.ec2.Subnet(
        `${name}-public-${zone}`,
        {
          vpcId: vpc.id,
          availabilityZone: zone,
          cidrBlock: publicCidr,
          tags: { ...tags(`${args.cluster}-public-${zone}`), "kubernetes.io/role/elb": "1" },
        },
        parent,
      );
      new aws.ec2.RouteTableAssociation(
        `${name}-public-${zone}`,
        { subnetId: made.id, routeTableId: publicRoutes.id },
        parent,
      );
      return made;
    });
    const natZones = args.nat === "zone" ? args.zones : args.zones.slice(0, 1);
    const nats = natZones.map((zone, i) => {
      const address = new aws.ec2.Eip(
        `${name}-nat-${zone}`,
        { domain: "vpc", tags: tags(`${args.cluster}-nat-${zone}`) },
        parent,
      );
      const nat = new aws.ec2.NatGateway(
        `${name}-${zone}`,
        {
          subnetId: publicSubnets[i].id,
          allocationId: address.allocationId,
          tags: tags(`${args.cluster}-${zone}`),
        },
        { ...parent, dependsOn: gateway },
      );
      return { nat, address };
    });
    const privateSubnets = ranges.map(({ zone, privateCidr }, i) => {
      const made = new aws.ec2.Subnet(
        `${name}-private-${zone}`,
        {
          vpcId: vpc.id,
          availabilityZone: zone,
          cidrBlock: privateCidr,
          tags: { ...tags(`${args.cluster}-private-${zone}`), "kubernetes.io/role/internal-elb": "1" },
        },
        parent,
      );
      const routes = new aws.ec2.RouteTable(
        `${name}-private-${zone}`,
        { vpcId: vpc.id, tags: tags(`${args.cluster}-private-${zone}`) },
        parent,
      );
      new aws.ec2.Route(
        `${name}-private-${zone}`,
        {
          routeTableId: routes.id,
          destinationCidrBlock: "0.0.0.0/0",
          natGatewayId: (nats[i] ?? nats[0]).nat.id,
        },
        parent,
      );
      new aws.ec2.RouteTableAssociation(
        `${name}-private-${zone}`,
        { subnetId: made.id, routeTableId: routes.id },
        parent,
      );
      return { made, routes };
    });
    // Nodes reach the node store without a NAT gateway. This costs nothing, and a boot depends on one thing
    // less.
    new aws.ec2.VpcEndpoint(
      `${name}-s3`,
      {
        vpcId: vpc.id,
        serviceName: `com.amazonaws.${args.region}.s3`,
        routeTableIds: privateSubnets.map(({ routes }) => routes.id),
        tags: tags(`${args.cluster}-s3`),
      },
      parent,
    );
    return {
      vpcId: vpc.id,
      cidrs: [args.cidr],
      privateSubnetIds: privateSubnets.map(({ made }) => made.id),
      publicSubnetIds: publicSubnets.map(({ id }) => id),
      natAddresses: nats.map(({ address }) => address.publicIp),
    };
  }

  private adopt(name: string, { cluster, vpc }: Extract<NetworkArgs, { kind: "existing" }>) {
    for (const { id } of [...vpc.privateSubnets, ...vpc.publicSubnets]) {
      new aws.ec2.Tag(
        `${name}-${id}`,
        { resourceId: id, key: clusterTag(cluster), value: "shared" },
        { parent: this },
      );
    }
    return {
      vpcId: pulumi.output(vpc.vpcId),
      cidrs: vpc.cidrs,
      privateSubnetIds: vpc.privateSubnets.map(({ id }) => pulumi.output(id)),
      publicSubnetIds: vpc.publicSubnets.map(({ id }) => pulumi.output(id)),
      natAddresses: vpc.natAddresses.map((address) => pulumi.output(address)),
    };
  }
}
