import { isObject, mapValue, type Properties, type Value } from "./wire";

/** One difference between the shape of a resource in the npm package and in the Terraform provider. */
export interface PropertyRule {
  /** Path in the npm package's shape, for example `rules[].expiration`; `[]` means every element of a list. */
  readonly pulumi: string;
  /** The last name of that path in the bridge's shape. @default - the same name */
  readonly bridge?: string;
  /**
   * How the bridge's value differs: it is in a list, it is the only element of the npm package's list, or it
   * is the number as text. @default - the same value
   */
  readonly as?: "list of one" | "only element" | "text";
}

interface Step {
  readonly within: readonly string[];
  readonly pulumi: string;
  readonly bridge: string;
  readonly as: PropertyRule["as"];
}

/** Rewrites properties of the npm package's shape into the bridge's shape. */
export function toBridge(rules: readonly PropertyRule[], properties: Properties): Properties {
  return rules.map(parse).reduce((result, step) => {
    return inside(result, step.within, (owner) => rename(owner, step.pulumi, step.bridge, pack(step.as)));
  }, properties);
}

/** Rewrites properties of the bridge's shape into the npm package's shape. */
export function toPulumi(rules: readonly PropertyRule[], properties: Properties): Properties {
  // In reverse order: a path inside another rule's property has its Pulumi name only after that rule has run.
  return rules.map(parse).reduceRight((result, step) => {
    return inside(result, step.within, (owner) => rename(owner, step.bridge, step.pulumi, unpack(step.as)));
  }, properties);
}

/** The bridge's name of a property path such as `rules[0].expiration.days`. */
export function pathToBridge(rules: readonly PropertyRule[], path: string): string {
  return renamePath(path, rules.map(parse), "pulumi", "bridge");
}

/** The npm package's name of a property path that the bridge reported. */
export function pathToPulumi(rules: readonly PropertyRule[], path: string): string {
  return renamePath(path, rules.map(parse).reverse(), "bridge", "pulumi");
}

function parse(rule: PropertyRule): Step {
  const names = segments(rule.pulumi);
  const last = names[names.length - 1];
  return { within: names.slice(0, -1), pulumi: last, bridge: rule.bridge ?? last, as: rule.as };
}

function segments(path: string): string[] {
  return path.match(/\["(?:[^"\\]|\\.)*"\]|\[[^\]]*\]|[^.[\]]+/g) ?? [];
}

function join(names: readonly string[]): string {
  return names.reduce(
    (path, name) => (path === "" || name.startsWith("[") ? path + name : `${path}.${name}`),
    "",
  );
}

function inside(
  properties: Properties,
  within: readonly string[],
  change: (owner: Properties) => Properties,
): Properties {
  const walk = (value: Value, rest: readonly string[]): Value =>
    mapValue(value, (plain) => {
      if (rest.length === 0) return isObject(plain) ? change(plain) : plain;
      const [name, ...below] = rest;
      if (name === "[]") return Array.isArray(plain) ? plain.map((item) => walk(item, below)) : plain;
      return isObject(plain) && name in plain ? { ...plain, [name]: walk(plain[name], below) } : plain;
    });
  return walk(properties, within) as Properties;
}

function rename(owner: Properties, from: string, to: string, change: (value: Value) => Value): Properties {
  if (!(from in owner)) return owner;
  const { [from]: value, ...others } = owner;
  return { ...others, [to]: mapValue(value, change) };
}

function pack(as: PropertyRule["as"]): (value: Value) => Value {
  if (as === "list of one") return toList;
  if (as === "only element") return toElement;
  if (as === "text") return (value) => (typeof value === "number" ? String(value) : value);
  return (value) => value;
}

function unpack(as: PropertyRule["as"]): (value: Value) => Value {
  if (as === "list of one") return toElement;
  if (as === "only element") return toList;
  if (as === "text") return (value) => (typeof value === "string" && value !== "" ? Number(value) : value);
  return (value) => value;
}

// `null` and the empty list are equal here, so that state returns to the bridge exactly as it left it.
function toList(value: Value): Value {
  if (value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function toElement(value: Value): Value {
  return Array.isArray(value) ? (value[0] ?? null) : value;
}

function renamePath(
  path: string,
  steps: readonly Step[],
  from: "pulumi" | "bridge",
  to: "pulumi" | "bridge",
): string {
  return join(
    steps.reduce((names, step) => {
      const depth = step.within.length;
      const fits = step.within.every((name, i) =>
        name === "[]" ? names[i]?.startsWith("[") : names[i] === name,
      );
      if (!fits || names[depth] !== step[from]) return names;
      const rest = names.slice(depth + 1);
      const listSide =
        step.as === "list of one" ? "bridge" : step.as === "only element" ? "pulumi" : undefined;
      const below = to === listSide ? ["[0]", ...rest] : from === listSide ? rest.slice(1) : rest;
      return [...names.slice(0, depth), step[to], ...below];
    }, segments(path)),
  );
}
