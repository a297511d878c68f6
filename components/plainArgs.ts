import * as pulumi from "@pulumi/pulumi";
import { lateValues, plainSources } from "../settings/plainValues";

/** The arguments of a component by what they take. */
interface Taken<Args> {
  /** Those that decide whether there is a resource, and how many. */
  readonly plain: readonly (keyof Args & string)[];
  /** Those that take an Output, `Input<T>`. @default none */
  readonly inputs?: readonly (keyof Args & string)[];
}

/**
 * Refuses Outputs and promises where a component needs plain values. TypeScript refuses most of them too, but
 * `pulumi up` may run a program without checking its types.
 *
 * @throws ResourceError that names every such value, and the arguments that take Outputs
 */
export function requirePlain<Args extends object>(
  component: pulumi.Resource,
  name: string,
  args: Args,
  { plain, inputs = [] }: Taken<Args>,
): void {
  const late = plain.flatMap((argument) => lateValues(args[argument], argument));
  if (late.length === 0) return;
  const what = late.map(({ key, kind }) => `${key} is ${kind}`).join(", ");
  const message =
    `${component.constructor.name} ${name}: ${what}. Plain values are needed for ${plain.join(" and ")}, ` +
    `which decide whether there is a resource, and how many. Use ${plainSources}. ` +
    (inputs.length > 0 ? `Outputs go into ${inputs.join(", ")}.` : "No argument takes an Output.");
  throw new pulumi.ResourceError(message, component, true);
}
