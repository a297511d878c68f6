import * as aws from "@pulumi/aws";
import type { Settings } from "../settings";
import { parseCidr, overlap } from "./cidr";

export type Architecture = "amd64" | "arm64";

export interface PlacedSubnet {
  readonly id: string;
  readonly zone: string;
}

/** An existing VPC as it was found. */
export interface ExistingVpc {
  readonly vpcId: string;
  readonly cidr: string;
  readonly privateSubnets: PlacedSubnet[];
  readonly publicSubnets: PlacedSubnet[];
  /** Public addresses of its NAT gateways: where its nodes' calls to a public API come from. */
  readonly natAddresses: string[];
}

/** Where the cluster stands: facts of the account and region, looked up once, before any resource is registered. */
export interface Placement {
  readonly accountId: string;
  readonly partition: string;
  /** Domain of the partition's service endpoints, such as amazonaws.com. */
  readonly dnsSuffix: string;
  readonly region: string;
  readonly zones: string[];
  readonly existingVpc?: ExistingVpc;
  /** Flatcar image by architecture, for the architectures in use. */
  readonly images: Partial<Record<Architecture, string>>;
}

/** Flatcar's account: https://www.flatcar.org/docs/latest/installing/cloud/aws-ec2/ */
const flatcarOwner = "075585003325";

/**
 * Looks up where the cluster is to stand.
 *
 * @throws Error when the region has too few zones or lacks a named one, has no image of the Flatcar release, or when
 *   the existing VPC or its subnets do not fit
 */
export async function findPlacement(settings: Settings): Promise<Placement> {
  const [identity, partition, { region }, available] = await Promise.all([
    aws.getCallerIdentity(),
    aws.getPartition(),
    aws.getRegion(),
    aws.getAvailabilityZones({
      state: "available",
      filters: [{ name: "zone-type", values: ["availability-zone"] }],
    }),
  ]);
  const existingVpc = settings.existingVpc && (await findExistingVpc(settings.existingVpc, settings));
  return {
    accountId: identity.accountId,
    partition: partition.partition,
    dnsSuffix: partition.dnsSuffix,
    region,
    zones: existingVpc
      ? zonesOfSubnets(settings.zones, existingVpc.privateSubnets)
      : chooseZones(settings.zones, available.names, region),
    existingVpc,
    images: await findImages(settings, region),
  };
}

/** The zones of a new VPC: the named ones, or the region's first. @throws Error when there are not so many */
export function chooseZones(
  wanted: number | readonly string[],
  available: readonly string[],
  region: string,
): string[] {
  if (typeof wanted === "number") {
    if (available.length >= wanted) return [...available].sort().slice(0, wanted);
    throw new Error(
      `zones: ${wanted}: ${region} has ${available.length} (${available.join(", ")}): use that many or fewer`,
    );
  }
  const missing = wanted.filter((zone) => !available.includes(zone));
  if (missing.length === 0) return [...wanted];
  throw new Error(`zones: ${missing.join(", ")}: not a zone of ${region}, which has ${available.join(", ")}`);
}

/** The zones of an existing VPC's private subnets. @throws Error when they do not cover the wanted zones once each */
export function zonesOfSubnets(
  wanted: number | readonly string[],
  subnets: readonly PlacedSubnet[],
): string[] {
  const zones = zonesOnce("private", subnets);
  if (typeof wanted === "number") {
    if (zones.length === wanted) return zones;
    throw new Error(
      `zones: ${wanted}: existingVpc.privateSubnetIds are in ${zones.length} (${zones.join(", ")}): ` +
        `name a private subnet for each zone, or set zones: ${zones.length}`,
    );
  }
  const missing = wanted.filter((zone) => !zones.includes(zone));
  const beyond = zones.filter((zone) => !wanted.includes(zone));
  if (missing.length === 0 && beyond.length === 0) return zones;
  throw new Error(
    missing.length > 0
      ? `zones: ${missing.join(", ")}: existingVpc.privateSubnetIds has no subnet there: add one per zone`
      : `existingVpc.privateSubnetIds: a subnet is in ${beyond.join(", ")}, which zones does not name: remove one of the two`,
  );
}

/** @throws Error when two subnets are in one zone, which no load balancer takes */
function zonesOnce(kind: "private" | "public", subnets: readonly PlacedSubnet[]): string[] {
  const zones = subnets.map(({ zone }) => zone).sort();
  const twice = zones.find((zone, i) => zones.indexOf(zone) !== i);
  if (twice) throw new Error(`existingVpc.${kind}SubnetIds: two subnets are in ${twice}: name one per zone`);
  return zones;
}

async function findImages(settings: Settings, region: string): Promise<Placement["images"]> {
  const architectures = new Set<Architecture>([
    settings.controlPlane.architecture,
    ...Object.values(settings.workerPools).map((pool) => pool.architecture),
    ...(settings.access.kind === "bastion" ? (["amd64"] as const) : []),
  ]);
  const found = [...architectures].map(async (architecture) => {
    const release = settings.versions.flatcar;
    try {
      const image = await aws.ec2.getAmi({
        owners: [flatcarOwner],
        mostRecent: true,
        filters: [
          { name: "name", values: [`Flatcar-stable-${release}*`] },
          { name: "architecture", values: [architecture === "amd64" ? "x86_64" : "arm64"] },
        ],
      });
      return [architecture, image.id] as const;
    } catch (error) {
      throw new Error(
        `versions.flatcar: ${release}: no ${architecture} image of it in ${region}: ${(error as Error).message}`,
      );
    }
  });
  return Object.fromEntries(await Promise.all(found));
}

async function findExistingVpc(
  wanted: NonNullable<Settings["existingVpc"]>,
  settings: Settings,
): Promise<ExistingVpc> {
  const { vpcId } = wanted;
  const vpc = await aws.ec2.getVpc({ id: vpcId });
  if (!vpc.enableDnsSupport || !vpc.enableDnsHostnames) {
    throw new Error(
      `existingVpc.vpcId: ${vpcId}: turn on its DNS support and DNS hostnames: members find each other by name`,
    );
  }
  for (const key of ["podCidr", "serviceCidr"] as const) {
    if (overlap(parseCidr(settings[key]), parseCidr(vpc.cidrBlock))) {
      throw new Error(
        `${key}: ${settings[key]}: overlaps the existing VPC ${vpc.cidrBlock}: use another range`,
      );
    }
  }
  const [privateSubnets, publicSubnets, natAddresses] = await Promise.all([
    Promise.all(wanted.privateSubnetIds.map((id) => findSubnet(id, vpcId, "private"))),
    Promise.all(wanted.publicSubnetIds.map((id) => findSubnet(id, vpcId, "public"))),
    findNatAddresses(vpcId),
  ]);
  zonesOnce("public", publicSubnets);
  return { vpcId, cidr: vpc.cidrBlock, privateSubnets, publicSubnets, natAddresses };
}

async function findSubnet(id: string, vpcId: string, kind: "private" | "public"): Promise<PlacedSubnet> {
  const key = `existingVpc.${kind}SubnetIds`;
  const subnet = await aws.ec2.getSubnet({ id });
  if (subnet.vpcId !== vpcId) throw new Error(`${key}: ${id}: is in ${subnet.vpcId}, not in ${vpcId}`);
  const reachesGateway = (await routesOf(id, vpcId)).some((gatewayId) => gatewayId.startsWith("igw-"));
  if (kind === "private" && reachesGateway) {
    throw new Error(`${key}: ${id}: is public (a route leads to an internet gateway): name a private subnet`);
  }
  if (kind === "public" && !reachesGateway) {
    throw new Error(
      `${key}: ${id}: is private (no route leads to an internet gateway): name a public subnet`,
    );
  }
  return { id, zone: subnet.availabilityZone };
}

/** Gateways that the subnet's own route table leads to, or the VPC's main table where it has none. */
async function routesOf(subnetId: string, vpcId: string): Promise<string[]> {
  const own = await aws.ec2.getRouteTables({
    vpcId,
    filters: [{ name: "association.subnet-id", values: [subnetId] }],
  });
  const main = { vpcId, filters: [{ name: "association.main", values: ["true"] }] };
  const routeTableId = own.ids[0] ?? (await aws.ec2.getRouteTables(main)).ids[0];
  const table = await aws.ec2.getRouteTable({ routeTableId });
  return table.routes.map(({ gatewayId }) => gatewayId ?? "");
}

async function findNatAddresses(vpcId: string): Promise<string[]> {
  const { ids } = await aws.ec2.getNatGateways({
    vpcId,
    filters: [{ name: "state", values: ["available"] }],
  });
  const gateways = await Promise.all(ids.map((id) => aws.ec2.getNatGateway({ id })));
  return gateways.map(({ publicIp }) => publicIp).filter((ip) => ip !== "");
}
