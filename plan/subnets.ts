import { formatCidr, parseCidr, subnet } from "./cidr";
import { type GroupSizes, mostOf, oneMoreThan, poolPercentage } from "./rollout";

export interface ZoneRanges {
  readonly zone: string;
  readonly privateCidr: string;
  readonly publicCidr: string;
}

/**
 * Ranges of each zone's subnets. The VPC has eight equal parts: the first six are private, and the seventh is
 * divided into eight public ones. A zone's ranges depend only on its position, so adding a zone moves no
 * subnet.
 */
export function planSubnets(cidr: string, zones: readonly string[]): ZoneRanges[] {
  const vpc = parseCidr(cidr);
  return zones.map((zone, i) => ({
    zone,
    privateCidr: formatCidr(subnet(vpc, vpc.prefix + 3, i)),
    publicCidr: formatCidr(subnet(vpc, vpc.prefix + 6, 6 * 8 + i)),
  }));
}

/**
 * Addresses of a subnet that AWS reserves:
 * https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
 */
const keptByAws = 5;

/** Addresses for network interfaces in an empty subnet. */
export const usableAddresses = (cidr: string) => 2 ** (32 - parseCidr(cidr).prefix) - keptByAws;

/**
 * Addresses that the cluster may need in the private subnet of `zone`: the most nodes during a replacement,
 * and one for the API's balancer or the connect endpoint.
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
