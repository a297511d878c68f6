import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../settings";
import { Mistake, together, WrongSettings } from "../settings/mistakes";
import { overlap, parseCidr } from "./cidr";

export interface PlacedSubnet {
  readonly id: string;
  readonly zone: string;
}

/** An existing VPC as it was found. */
export interface ExistingVpc {
  readonly vpcId: string;
  /** The VPC's ranges, the primary one first. */
  readonly cidrs: string[];
  readonly privateSubnets: PlacedSubnet[];
  readonly publicSubnets: PlacedSubnet[];
  /** Public addresses of its NAT gateways: where its nodes' calls to a public API come from. */
  readonly natAddresses: string[];
}

type Kind = "private" | "public";

/** @throws WrongSettings that name all that does not fit */
export async function findExistingVpc(
  { vpcId, privateSubnetIds, publicSubnetIds }: NonNullable<Settings["existingVpc"]>,
  settings: Settings,
): Promise<ExistingVpc> {
  const subnets = (kind: Kind, ids: readonly string[]) =>
    together(ids.map((id) => findSubnet(id, vpcId, kind)));
  const [cidrs, privateSubnets, publicSubnets, natAddresses] = await together([
    findRanges(vpcId, settings),
    subnets("private", privateSubnetIds),
    subnets("public", publicSubnetIds),
    findNatAddresses(vpcId),
  ]);
  const publicZones = zonesOnce("public", publicSubnets);
  const uncovered = zonesOnce("private", privateSubnets).filter((zone) => !publicZones.includes(zone));
  if (settings.api.access === "public" && uncovered.length > 0) {
    const remedy = `no subnet is in ${uncovered.join(", ")}: name one for each zone of the private subnets, or the API's balancer does not reach controllers there`;
    throw new WrongSettings({ key: "existingVpc.publicSubnetIds", value: publicSubnetIds, remedy });
  }
  if (settings.api.access === "public" && natAddresses.length === 0)
    await pulumi.log.warn(
      `api.access: nodes reach a public API from public addresses, and ${vpcId} has no NAT gateway: the addresses that they ` +
        "go out by have to be in api.allowedCidrs, or no node becomes ready",
    );
  return { vpcId, cidrs, privateSubnets, publicSubnets, natAddresses };
}

/** The zones of the private subnets. @throws WrongSettings when they do not cover the wanted zones once each */
export function zonesOfSubnets(
  wanted: number | readonly string[],
  subnets: readonly PlacedSubnet[],
): string[] {
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
      remedy: "a subnet is in this zone, which zones does not name: remove one of the two",
    })),
  );
}

/** @throws WrongSettings when two subnets are in one zone, which no load balancer takes */
function zonesOnce(kind: Kind, subnets: readonly PlacedSubnet[]): string[] {
  const zones = subnets.map(({ zone }) => zone).sort();
  const twice = zones.find((zone, i) => zones.indexOf(zone) !== i);
  if (twice === undefined) return zones;
  const remedy = "two subnets are in this zone: name one per zone";
  throw new WrongSettings({ key: `existingVpc.${kind}SubnetIds`, value: twice, remedy });
}

async function findRanges(vpcId: string, settings: Settings): Promise<string[]> {
  const key = "existingVpc.vpcId";
  const vpc = await found(key, vpcId, aws.ec2.getVpc({ id: vpcId }));
  // AWS still lists ranges that were removed.
  const others = vpc.cidrBlockAssociations.filter(({ state }) => state === "associated");
  const cidrs = [...new Set([vpc.cidrBlock, ...others.map(({ cidrBlock }) => cidrBlock)])];
  const mistakes: Mistake[] = [];
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
  return cidrs;
}

async function findSubnet(id: string, vpcId: string, kind: Kind): Promise<PlacedSubnet> {
  const key = `existingVpc.${kind}SubnetIds`;
  const refuse = (remedy: string) => new WrongSettings({ key, value: id, remedy });
  const subnet = await found(key, id, aws.ec2.getSubnet({ id }));
  if (subnet.vpcId !== vpcId) throw refuse(`is in ${subnet.vpcId}, not in ${vpcId}`);
  const routes = await routesOf(id, vpcId);
  const reachesGateway = routes.some(({ gatewayId }) => gatewayId?.startsWith("igw-"));
  if (kind === "private" && reachesGateway) {
    throw refuse("is public (a route leads to an internet gateway): name a private subnet");
  }
  if (kind === "public" && !reachesGateway) {
    throw refuse("is private (no route leads to an internet gateway): name a public subnet");
  }
  if (kind === "private" && !routes.some(({ cidrBlock }) => cidrBlock === "0.0.0.0/0")) {
    throw refuse("has no route to 0.0.0.0/0, so nodes could download nothing, nor pull an image: add one");
  }
  return { id, zone: subnet.availabilityZone };
}

/** Routes of the subnet's own route table, or of the VPC's main table where it has none. */
async function routesOf(subnetId: string, vpcId: string) {
  const own = await aws.ec2.getRouteTables({
    vpcId,
    filters: [{ name: "association.subnet-id", values: [subnetId] }],
  });
  const main = { vpcId, filters: [{ name: "association.main", values: ["true"] }] };
  const routeTableId = own.ids[0] ?? (await aws.ec2.getRouteTables(main)).ids[0];
  return (await aws.ec2.getRouteTable({ routeTableId })).routes;
}

async function findNatAddresses(vpcId: string): Promise<string[]> {
  const { ids } = await aws.ec2.getNatGateways({
    vpcId,
    filters: [{ name: "state", values: ["available"] }],
  });
  const gateways = await Promise.all(ids.map((id) => aws.ec2.getNatGateway({ id })));
  return gateways.map(({ publicIp }) => publicIp).filter((ip) => ip !== "");
}

/** What AWS answers, or that it knows no such thing. */
async function found<T>(key: string, value: string, lookup: Promise<T>): Promise<T> {
  try {
    return await lookup;
  } catch (error) {
    throw new WrongSettings({ key, value, remedy: `cannot be looked up: ${(error as Error).message}` });
  }
}
