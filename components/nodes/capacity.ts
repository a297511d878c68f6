/** Which instances the group launches. */
export type Capacity =
  | { readonly kind: "fixed"; readonly instanceType: string }
  | {
      readonly kind: "mixed";
      /** The preferred one first. */
      readonly instanceTypes: readonly string[];
      /** Share of spot instances, percent. */
      readonly spotPercent: number;
    };

/** https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html */
const isBareMetal = (instanceType: string) => /\.metal(-|$)/.test(instanceType);

/**
 * Additional seconds until an operating system runs, beyond those of any launch. Bare metal tests its
 * hardware first; large machines need half an hour. In a group of several types, the slowest type counts.
 */
export function firmwareSeconds(capacity: Capacity): number {
  const types = capacity.kind === "fixed" ? [capacity.instanceType] : capacity.instanceTypes;
  return types.some(isBareMetal) ? 1800 : 0;
}
