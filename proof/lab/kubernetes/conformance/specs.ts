import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { kubernetesSource } from "../../../toolchain/conformance";

/** The content of `specs.yaml`; each entry is the beginning of names. */
export interface Choice {
  /** Specs of the short run. */
  readonly short: readonly string[];
  /** Specs that no run includes, with the reason. */
  readonly leftOut: readonly { readonly reason: string; readonly specs: readonly string[] }[];
}

/** The conformance specs of a release, by what a run does with them. */
export interface Selection {
  readonly all: readonly string[];
  readonly short: readonly string[];
  /** All except those that are left out. */
  readonly run: readonly string[];
  readonly leftOut: readonly { readonly reason: string; readonly specs: readonly string[] }[];
}

/**
 * Applies the choice to the names of all specs.
 * @throws Error that names an entry which no name begins with, or names that are chosen twice
 */
export function select(all: readonly string[], { short, leftOut }: Choice): Selection {
  const beginning = (entries: readonly string[]) =>
    entries.flatMap((entry) => {
      const found = all.filter((name) => name.startsWith(entry));
      if (found.length === 0) throw new Error(`specs.yaml: no conformance spec begins with "${entry}"`);
      return found;
    });
  const reasons = leftOut.map(({ reason, specs }) => ({ reason, specs: beginning(specs) }));
  const chosen = [...beginning(short), ...reasons.flatMap(({ specs }) => specs)];
  const twice = chosen.filter((name, at) => chosen.indexOf(name) !== at);
  if (twice.length > 0) throw new Error(`specs.yaml: more than one entry is for ${twice.join(", ")}`);
  const left = new Set(reasons.flatMap(({ specs }) => specs));
  return {
    all,
    short: beginning(short),
    run: all.filter((name) => !left.has(name)),
    leftOut: reasons,
  };
}

/** Names of all conformance specs of the lab's release: https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/conformance-tests.md */
export function conformanceSpecs(): string[] {
  const file = kubernetesSource("test/conformance/testdata/conformance.yaml");
  return (parse(readFileSync(file, "utf8")) as { codename: string }[]).map(({ codename }) => codename);
}

/** The choice of this folder. */
export const choice = (): Choice => parse(readFileSync(path.join(__dirname, "specs.yaml"), "utf8")) as Choice;

/** The special interest group of a spec, such as `sig-node`. */
export const sigOf = (name: string): string => /^\[(sig-[a-z-]+)\]/.exec(name)?.[1] ?? "";
