import { formatCidr, parseCidr, subnet } from "./cidr";
import { type GroupSizes, mostOf, oneMoreThan, poolPercentage } from "./rollout";

export interface ZoneRanges {
  readonly zone: string;
  readonly privateCidr: string;
  readonly publicCidr: string;
}

/**
 * Ranges of each zone's subnets: of eight equal parts of the VPC the first six are private, and the seventh holds the
 * public ones, an eighth of it each. A zone's ranges depend on its position alone, so adding a zone moves no subnet.
 */
export function planSubnets(cidr: string, zones: readonly string[]): ZoneRanges[] {
  const vpc = parseCidr(cidr);
  return zones.map((zone, i) => ({
    zone,
    privateCidr: formatCidr(subnet(vpc, vpc.prefix + 3, i)),
    publicCidr: formatCidr(subnet(vpc, vpc.prefix + 6, 6 * 8 + i)),
  }));
}

/** Addresses of a subnet that AWS keeps: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
const keptByAws = 5;

/** Addresses that a subnet has for network interfaces when nothing is in it. */
export const usableAddresses = (cidr: string) => 2 ** (32 - parseCidr(cidr).prefix) - keptByAws;

/**
 * Addresses that the cluster may need in the private subnet of `zone`: those of its nodes at their most, in the middle of a
 * replacement, and one for what else is there (the API's balancer or the connect endpoint).
 */
export function addressesNeeded(
  { controlPlane, workerPools }: GroupSizes,
  zone: string,
  zones: readonly string[],
): number {
  const share = (nodes: number, among: readonly string[]) =>
    among.includes(zone) ? Math.ceil(nodes / among.length) : 0;
  const controllers = mostOf(controlPlane.size, oneMoreThan(controlPlane.size));
  const workers = Object.values(workerPools).map((pool) =>
    share(mostOf(pool.max, poolPercentage(pool)), pool.zones ?? zones),
  );
  return 1 + share(controllers, zones) + workers.reduce((sum, each) => sum + each, 0);
}
