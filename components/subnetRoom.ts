import type { Settings } from "../settings";
import { parseCidr } from "./cidr";
import { mostOf, oneMoreThan, poolPercentage } from "./replacement";

/** Addresses of a subnet that AWS keeps: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
const keptByAws = 5;

/** Addresses that a subnet has for network interfaces when nothing is in it. */
export const usableAddresses = (cidr: string) => 2 ** (32 - parseCidr(cidr).prefix) - keptByAws;

/**
 * Addresses that the cluster may need in the private subnet of `zone`: those of its nodes at their most, in the middle of a
 * replacement, and one for what else is there (the API's balancer or the connect endpoint).
 */
export function addressesNeeded(
  { controlPlane, workerPools }: Settings,
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
