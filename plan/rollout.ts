/** Sizes of a cluster's groups, in instances. */
export interface GroupSizes {
  readonly controlPlane: { readonly size: number };
  readonly workerPools: Readonly<
    Record<string, { readonly min: number; readonly max: number; readonly zones?: readonly string[] }>
  >;
}

/** Smallest maxHealthyPercentage that allows `size` + 1 instances; Auto Scaling rounds down. */
export const oneMoreThan = (size: number) => Math.ceil(((size + 1) * 100) / size);

/**
 * Percent of a pool's size that may run during a replacement: at least a tenth more, and at least one
 * instance more than the minimum.
 */
export const poolPercentage = ({ min }: { readonly min: number }) => Math.max(110, oneMoreThan(min || 1));

/** Instances of a group of `size` that may run during a replacement at `percentage`. */
export const mostOf = (size: number, percentage: number) => Math.floor((size * percentage) / 100);

/** The most nodes that can exist while groups are replaced. */
export function mostNodes({ controlPlane, workerPools }: GroupSizes): number {
  const most = [
    mostOf(controlPlane.size, oneMoreThan(controlPlane.size)),
    ...Object.values(workerPools).map((pool) => mostOf(pool.max, poolPercentage(pool))),
  ];
  return most.reduce((sum, size) => sum + size, 0);
}
