import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../settings";
import { Mistake, together, WrongSettings } from "../../settings/errors";
import { overlap, parseCidr } from "../../plan/cidr";
import { isPublicZone } from "../../plan/names";
import { zoneForm } from "../../settings/fields";
import { keepSubnets } from "./zones";
import { checkResolvers } from "./resolvers";
import { addressesNeeded, usableAddresses } from "../../plan/subnets";
import { lookUp } from "../lookUp";

export interface PlacedSubnet {
  readonly id: string;
  readonly zone: string;
  readonly cidr: string;
  /** Addresses that are free. */
  readonly free: number;
}

/** An existing VPC as AWS describes it. */
export interface ExistingVpc {
  readonly vpcId: string;
  /** The VPC's ranges, the primary one first. */
  readonly cidrs: string[];
  readonly privateSubnets: PlacedSubnet[];
  readonly publicSubnets: PlacedSubnet[];
  /** Public addresses of its NAT gateways, from which its nodes call a public API. */
  readonly natAddresses: string[];
}

/** The place of a cluster's nodes. */
export interface Place {
  /** For a new VPC in the order of their ranges. */
  readonly zones: string[];
  /** @default a new VPC */
  readonly existingVpc?: ExistingVpc;
}

type Kind = "private" | "public";
type Zoned = Pick<PlacedSubnet, "zone">;

/** The subnets that the cluster already uses, in their order. */
export interface KeptSubnets {
  readonly private: readonly string[];
  readonly public: readonly string[];
}

/** @throws WrongSettings that name everything that does not fit */
export async function findExistingVpc(
  { vpcId, privateSubnetIds, publicSubnetIds }: NonNullable<Settings["existingVpc"]>,
  settings: Settings,
  accountId: string,
  kept: KeptSubnets,
  opts: pulumi.InvokeOptions,
): Promise<ExistingVpc> {
  const subnets = async (kind: Kind, wanted: readonly string[]) => {
    const ids = keepSubnets(kind, wanted, kept[kind]);
    return together(ids.map((id) => findSubnet(id, { vpcId, accountId }, kind, opts)));
  };
  const [cidrs, privateSubnets, publicSubnets, natAddresses] = await together([
    findRanges(vpcId, accountId, settings, opts),
    subnets("private", privateSubnetIds),
    subnets("public", publicSubnetIds),
    findNatAddresses(vpcId, opts),
  ]);
  const publicZones = zonesOnce("public", publicSubnets);
  const uncovered = zonesOnce("private", privateSubnets).filter((zone) => !publicZones.includes(zone));
  if (settings.api.access === "public" && uncovered.length > 0) {
    const remedy = `no subnet is in ${uncovered.join(", ")}: name one for each zone of the private subnets, or the API's load balancer does not reach controllers there`;
    throw new WrongSettings({ key: "existingVpc.publicSubnetIds", value: publicSubnetIds, remedy });
  }
  const full = publicSubnets
    .filter((_, i) => settings.api.access === "public" || (settings.access.kind === "bastion" && i === 0))
    .filter(({ id, free }) => free === 0 && !kept.public.includes(id))
    .map(({ id }): Mistake => ({ key: "existingVpc.publicSubnetIds", value: id, remedy: noAddress }));
  const tight = [...tooSmall(settings, privateSubnets, kept.private), ...full];
  if (tight.length > 0) throw new WrongSettings(...tight);
  if (settings.api.access === "public" && natAddresses.length === 0)
    await pulumi.log.warn(
      `api.access: nodes reach a public API from public addresses, but ${vpcId} has no NAT gateway: add the addresses that they ` +
        "use to api.allowedCidrs, or no node becomes ready",
    );
  return { vpcId, cidrs, privateSubnets, publicSubnets, natAddresses };
}

/** The zones of the private subnets. @throws WrongSettings when they do not cover each wanted zone once */
export function zonesOfSubnets(wanted: number | readonly string[], subnets: readonly Zoned[]): string[] {
  const zones = zonesOnce("private", subnets);
  if (typeof wanted === "number") {
    if (zones.length === wanted) return zones;
    const remedy =
      `existingVpc.privateSubnetIds are in ${zones.length} (${zones.join(", ")}): ` +
      `name a private subnet for each zone, or set zones: ${zones.length}`;
    throw new WrongSettings({ key: "zones", value: wanted, remedy });
  }
  const missing = wanted.filter((zone) => !zones.includes(zone));
  const beyond = zones.filter((zone) => !wanted.includes(zone));
  if (missing.length === 0 && beyond.length === 0) return zones;
  throw new WrongSettings(
    ...missing.map((value) => ({
      key: "zones",
      value,
      remedy: "existingVpc.privateSubnetIds has no subnet there: add one per zone",
    })),
    ...beyond.map((value) => ({
      key: "existingVpc.privateSubnetIds",
      value,
      remedy:
        "a subnet is in this zone, but zones does not name the zone: remove the subnet, or add the zone",
    })),
  );
}

/** @throws WrongSettings when two subnets are in one zone, because a load balancer accepts only one */
function zonesOnce(kind: Kind, subnets: readonly Zoned[]): string[] {
  const zones = subnets.map(({ zone }) => zone).sort();
  const twice = zones.find((zone, i) => zones.indexOf(zone) !== i);
  if (twice === undefined) return zones;
  const remedy = "two subnets are in this zone: name one per zone";
  throw new WrongSettings({ key: `existingVpc.${kind}SubnetIds`, value: twice, remedy });
}

const noAddress = "has no free address for the API's load balancer or the bastion: name another subnet";

/**
 * Private subnets without room for the nodes. If the cluster exists, its own nodes use some of the addresses.
 */
function tooSmall(settings: Settings, subnets: readonly PlacedSubnet[], kept: readonly string[]): Mistake[] {
  const zones = subnets.map(({ zone }) => zone);
  return subnets.flatMap(({ id, zone, cidr, free }): Mistake[] => {
    const [room, has] = kept.includes(id) ? [usableAddresses(cidr), "addresses"] : [free, "free addresses"];
    const needed = addressesNeeded(settings, zone, zones);
    if (needed <= room) return [];
    const remedy = `has ${room} ${has}, and the nodes may need ${needed} there: name a larger subnet, or set a lower max for pools`;
    return [{ key: "existingVpc.privateSubnetIds", value: id, remedy }];
  });
}

async function findRanges(
  vpcId: string,
  accountId: string,
  settings: Settings,
  opts: pulumi.InvokeOptions,
): Promise<string[]> {
  const key = "existingVpc.vpcId";
  const vpc = await lookUp(key, vpcId, aws.ec2.getVpc({ id: vpcId }, opts));
  // AWS still lists ranges that were removed.
  const others = vpc.cidrBlockAssociations.filter(({ state }) => state === "associated");
  const cidrs = [...new Set([vpc.cidrBlock, ...others.map(({ cidrBlock }) => cidrBlock)])];
  const mistakes: Mistake[] = [];
  if (vpc.ownerId !== accountId) mistakes.push({ key, value: vpcId, remedy: ofAnother(vpc.ownerId) });
  if (!vpc.enableDnsSupport || !vpc.enableDnsHostnames) {
    const remedy = "turn on its DNS support and DNS hostnames: members find each other by name";
    mistakes.push({ key, value: vpcId, remedy });
  }
  for (const range of ["podCidr", "serviceCidr"] as const) {
    for (const cidr of cidrs.filter((one) => overlap(parseCidr(settings[range]), parseCidr(one)))) {
      const remedy = `overlaps the existing VPC ${cidr}: use another range`;
      mistakes.push({ key: range, value: settings[range], remedy });
    }
  }
  if (mistakes.length > 0) throw new WrongSettings(...mistakes);
  if (!isPublicZone(settings)) await checkResolvers(`${settings.name}.${settings.domain}`, vpcId, vpc, opts);
  return cidrs;
}

/** Why a VPC or a subnet that another account shares with this one cannot be used. */
const ofAnother = (ownerId: string) =>
  `belongs to account ${ownerId}, and only that account can tag it and give it a private zone: use one of this account`;

async function findSubnet(
  id: string,
  { vpcId, accountId }: { readonly vpcId: string; readonly accountId: string },
  kind: Kind,
  opts: pulumi.InvokeOptions,
): Promise<PlacedSubnet> {
  const key = `existingVpc.${kind}SubnetIds`;
  const refuse = (remedy: string) => new WrongSettings({ key, value: id, remedy });
  const subnet = await lookUp(key, id, aws.ec2.getSubnet({ id }, opts));
  if (subnet.vpcId !== vpcId) throw refuse(`is in ${subnet.vpcId}: name a subnet of ${vpcId}`);
  if (subnet.ownerId !== accountId) throw refuse(ofAnother(subnet.ownerId));
  if (!zoneForm.test(subnet.availabilityZone) || subnet.outpostArn)
    throw refuse(
      `is in ${subnet.outpostArn || subnet.availabilityZone}, which lacks what a cluster needs: name a subnet of an availability zone`,
    );
  const routes = await routesOf(id, vpcId, opts);
  const reachesGateway = routes.some(({ gatewayId }) => gatewayId?.startsWith("igw-"));
  if (kind === "private" && reachesGateway) {
    throw refuse("is public (a route leads to an internet gateway): name a private subnet");
  }
  if (kind === "public" && !reachesGateway) {
    throw refuse("is private (no route leads to an internet gateway): name a public subnet");
  }
  if (kind === "private" && !routes.some(({ cidrBlock }) => cidrBlock === "0.0.0.0/0")) {
    throw refuse("has no route to 0.0.0.0/0, so nodes could not download files or pull images: add one");
  }
  return {
    id,
    zone: subnet.availabilityZone,
    cidr: subnet.cidrBlock,
    free: subnet.availableIpAddressCount,
  };
}

/** Routes of the subnet's own route table, or of the VPC's main table if it has none. */
async function routesOf(subnetId: string, vpcId: string, opts: pulumi.InvokeOptions) {
  const filters = [{ name: "association.subnet-id", values: [subnetId] }];
  const own = await aws.ec2.getRouteTables({ vpcId, filters }, opts);
  const main = { vpcId, filters: [{ name: "association.main", values: ["true"] }] };
  const routeTableId = own.ids[0] ?? (await aws.ec2.getRouteTables(main, opts)).ids[0];
  return (await aws.ec2.getRouteTable({ routeTableId }, opts)).routes;
}

/**
 * The first address of each gateway, then its other addresses. The provider leaves out fields that the
 * gateway's kind does not have.
 */
async function findNatAddresses(vpcId: string, opts: pulumi.InvokeOptions): Promise<string[]> {
  const filters = [{ name: "state", values: ["available"] }];
  const { ids } = await aws.ec2.getNatGateways({ vpcId, filters }, opts);
  const gateways = await Promise.all(ids.map((id) => aws.ec2.getNatGateway({ id }, opts)));
  const first = gateways.map(({ publicIp }) => publicIp ?? "");
  const regional = gateways.flatMap((gateway) => gateway.regionalNatGatewayAddresses ?? []);
  const values = gateways.flatMap((gateway) => gateway.secondaryAllocationIds ?? []);
  const { publicIps: secondary } =
    values.length === 0
      ? { publicIps: [] }
      : await aws.ec2.getEips({ filters: [{ name: "allocation-id", values }] }, opts);
  const all = [...first, ...regional.map(({ publicIp }) => publicIp), ...secondary];
  return [...new Set(all)].filter((ip) => ip !== "");
}
