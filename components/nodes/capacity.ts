/** Which instances the group launches. */
export type Capacity =
  | { readonly kind: "fixed"; readonly instanceType: string }
  | {
      readonly kind: "mixed";
      /** The preferred first. */
      readonly instanceTypes: readonly string[];
      /** Share of spot instances, percent. */
      readonly spotPercent: number;
    };

/** https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html */
const isBareMetal = (instanceType: string) => /\.metal(-|$)/.test(instanceType);

/**
 * Seconds that instances may take before an operating system runs on them, beside those that a launch has anyway: bare metal tests
 * its hardware first, large ones for half an hour. A group whose types differ gives all of them the time of the slowest.
 */
export function firmwareSeconds(capacity: Capacity): number {
  const types = capacity.kind === "fixed" ? [capacity.instanceType] : capacity.instanceTypes;
  return types.some(isBareMetal) ? 1800 : 0;
}
