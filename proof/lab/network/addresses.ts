/**
 * Address of instance metadata:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 */
export const metadataAddress = "169.254.169.254";

/** All AWS endpoints and the mirror, in a range for documentation (RFC 5737). */
export const awsAddress = "203.0.113.10";

/** An IPv4 range such as `10.0.16.0/20`. */
export interface Range {
  /** Its first address. */
  readonly base: string;
  readonly prefixLength: number;
}

/** Reads `10.0.16.0/20`. @throws Error if that is no IPv4 range */
export function parseRange(cidr: string): Range {
  const [, address = "", length = ""] = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(cidr) ?? [];
  const prefixLength = Number(length);
  if (!address || prefixLength > 32) throw new Error(`"${cidr}" is no IPv4 range such as 10.0.0.0/16`);
  return { base: address, prefixLength };
}

/** The address at this distance from the range's first one. */
export function addressIn(cidr: string, offset: number): string {
  const number = parseRange(cidr)
    .base.split(".")
    .reduce((sum, byte) => sum * 256 + Number(byte), 0);
  return [24, 16, 8, 0].map((bits) => Math.floor((number + offset) / 2 ** bits) % 256).join(".");
}

/** The router of a subnet: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
export const routerOf = (subnetCidr: string): string => addressIn(subnetCidr, 1);

/** The resolver of a VPC: https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html */
export const resolverOf = (vpcCidr: string): string => addressIn(vpcCidr, 2);

/** The last address of a subnet that an interface may have. EC2 assigns the first ones first. */
export const lastHostOf = (subnetCidr: string): string =>
  addressIn(subnetCidr, 2 ** (32 - parseRange(subnetCidr).prefixLength) - 2);
