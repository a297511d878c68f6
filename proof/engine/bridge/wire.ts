/** A property value in the protocol between the Pulumi engine and a provider. */
export type Value = null | boolean | number | string | Value[] | Properties;

/** Property names to values: the inputs or the state of one resource, or the arguments of one function. */
export interface Properties {
  [name: string]: Value;
}

/** Key that marks an object as one of Pulumi's special values; its value says which. */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";
export const ASSET = "c44067f5952c0a294b673a41bacd8c17";
export const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
/** Stands for a value that is unknown before the update. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function isObject(value: Value | undefined): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The program's own object: not an asset, an archive or a secret. */
export function isPlainObject(value: Value | undefined): value is Properties {
  return isObject(value) && !(SIGNATURE in value);
}

/** Applies `change` to a value, or to the content of a secret. Unknown values stay unchanged. */
export function mapValue(value: Value, change: (plain: Value) => Value): Value {
  if (value === UNKNOWN) return value;
  if (isObject(value) && value[SIGNATURE] === SECRET) {
    return { ...value, value: mapValue(value.value, change) };
  }
  return change(value);
}
