import { createHash, randomBytes } from "node:crypto";
import type { AutoName } from "./shapes";
import type { Properties } from "./wire";

const SUFFIX_LENGTH = 7;

/** What a name is made from when the program gives none. */
export interface NameSource {
  /** The resource's logical name. */
  readonly logical: string;
  /** The engine's seed, equal in a preview and in the update that follows it; empty if it gives none. */
  readonly seed: Uint8Array;
  /** The inputs of the resource as it stands, if it exists. */
  readonly old: Properties;
  /** A name that the stack's `pulumi:autonaming` setting proposes; `null` when that setting forbids making one up. */
  readonly proposed?: string | null;
}

/**
 * Fills in a missing name as the real provider does: the old one if there is one, else the logical name and seven
 * hexadecimal digits.
 */
export function withName(rule: AutoName, inputs: Properties, source: NameSource): Properties {
  const { property, longest, prefix = "" } = rule;
  if (property in inputs || `${property}Prefix` in inputs || source.proposed === null) return inputs;
  if (typeof source.old[property] === "string") return { ...inputs, [property]: source.old[property] };

  const name = prefix + (source.proposed ?? `${source.logical}-${suffix(source)}`);
  if (name.length > longest) {
    throw new Error(
      `the name made up for it, "${name}", has ${name.length} characters and may have ${longest}: ` +
        `give the resource a shorter logical name, or set \`${property}\``,
    );
  }
  return { ...inputs, [property]: name };
}

function suffix({ logical, seed }: NameSource): string {
  const source = seed.length > 0 ? seed : randomBytes(SUFFIX_LENGTH);
  return createHash("sha256").update(source).update(logical).digest("hex").slice(0, SUFFIX_LENGTH);
}
