import * as pulumi from "@pulumi/pulumi";

/** A value that is known only later, and where it stands, such as `workerPools.batch.max`. */
export interface LateValue {
  readonly key: string;
  readonly kind: "an Output" | "a Promise";
  readonly value: unknown;
}

/** What to use instead of an Output. */
export const plainSources =
  "a value from the configuration, or an awaited one, such as `await stackReference.requireOutputValue(name)`";

/** Whether a value is known only later: an Output, or a promise that nobody has awaited. */
export function lateKind(value: unknown): LateValue["kind"] | undefined {
  if (pulumi.Output.isInstance(value)) return "an Output";
  return value instanceof Promise ? "a Promise" : undefined;
}

/**
 * All values in `value` that are known only later. It skips resources, because their properties are Outputs.
 * @param key where `value` itself stands
 */
export function lateValues(value: unknown, key: string): LateValue[] {
  const kind = lateKind(value);
  if (kind !== undefined) return [{ key, kind, value }];
  if (typeof value !== "object" || value === null || pulumi.Resource.isInstance(value)) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    lateValues(each, Array.isArray(value) ? `${key}[${name}]` : [key, name].filter(Boolean).join(".")),
  );
}
