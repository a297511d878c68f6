const units: Readonly<Record<string, number>> = {
  ...{ "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 },
};

/** Bytes of a quantity such as 256Mi, in the form that `fields.ts` accepts. */
export function bytesOf(quantity = "0"): number {
  const [, number, unit] = /^([\d.]+)(.*)$/.exec(quantity) ?? [];
  return Number(number) * units[unit];
}

/** Cores of a quantity such as 100m or 0.5. */
export const coresOf = (quantity = "0"): number =>
  quantity.endsWith("m") ? parseInt(quantity) / 1000 : Number(quantity);
