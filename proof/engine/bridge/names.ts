import { createHash, randomBytes } from "node:crypto";
import type { AutoName } from "./shapes";
import type { Properties } from "./wire";

const SUFFIX_LENGTH = 7;

/** The parts of a name that the program has not given. */
export interface NameSource {
  /** The resource's logical name. */
  readonly logical: string;
  /** The engine's seed, equal in a preview and in the update after it; empty if there is none. */
  readonly seed: Uint8Array;
  /** The inputs of the existing resource, if it exists. */
  readonly old: Properties;
  /** A name from the stack's `pulumi:autonaming` setting; `null` when that setting forbids generated names. */
  readonly proposed?: string | null;
}

/**
 * Adds a missing name as the real provider does: the old name if there is one, else the logical name with
 * seven hexadecimal digits.
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
