/** An IPv4 range: its first address as a number, and its prefix length. */
export interface Cidr {
  readonly base: number;
  readonly prefix: number;
}

const size = (prefix: number) => 2 ** (32 - prefix);

/** No number begins with a zero: Go rejects such addresses, and the pod network would not start. */
const form = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\/(0|[1-9]\d?)$/;

/** @throws Error when `text` is not an IPv4 range that begins at its own first address */
export function parseCidr(text: string): Cidr {
  const parts = form.exec(text)?.slice(1).map(Number);
  if (!parts || parts.slice(0, 4).some((octet) => octet > 255) || parts[4] > 32) {
    throw new Error("use an IPv4 range such as 10.0.0.0/16");
  }
  const [a, b, c, d, prefix] = parts;
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const base = address - (address % size(prefix));
  if (base !== address) throw new Error(`use the range's first address: ${formatCidr({ base, prefix })}`);
  return { base, prefix };
}

export function formatCidr({ base, prefix }: Cidr): string {
  return `${address({ base, prefix }, 0)}/${prefix}`;
}

/** The range's address number `index`, counted from 0, dotted. */
export function address({ base }: Cidr, index: number): string {
  const value = base + index;
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

export function overlap(one: Cidr, other: Cidr): boolean {
  return one.base < other.base + size(other.prefix) && other.base < one.base + size(one.prefix);
}

/** The subrange number `index` of length `prefix`, counted from 0. @throws RangeError beyond the range's end */
export function subnet(range: Cidr, prefix: number, index: number): Cidr {
  const base = range.base + index * size(prefix);
  if (prefix < range.prefix || base + size(prefix) > range.base + size(range.prefix)) {
    throw new RangeError(`${formatCidr(range)} has no subnet ${index} of /${prefix}`);
  }
  return { base, prefix };
}
