import type { z } from "zod";

/** One wrong setting: where it stands, what was written, what to write instead. */
export interface Mistake {
  readonly key: string;
  readonly value: unknown;
  readonly remedy: string;
}

type Path = readonly PropertyKey[];

/** Turns what zod found wrong with the form of the settings into mistakes a person can mend. */
export function shapeMistakes(issues: readonly z.core.$ZodIssue[], raw: unknown, known: string[]): Mistake[] {
  return issues.flatMap((issue): Mistake[] => {
    if (issue.code === "invalid_key") {
      return [{ key: dotted(issue.path), value: issue.path.at(-1), remedy: issue.issues[0].message }];
    }
    if (issue.code !== "unrecognized_keys") {
      return [{ key: dotted(issue.path), value: valueAt(raw, issue.path), remedy: issue.message }];
    }
    const remedy =
      issue.path.length === 0
        ? `no such setting; there are ${known.join(", ")}`
        : `no such setting; ${issue.message}`;
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return { key: dotted(path), value: valueAt(raw, path), remedy };
    });
  });
}

/**
 * What is left of the settings without the parts that have a mistake, so that the rest can be checked further:
 * a wrong pool is left out alone, anything else with its whole top-level key (named in `skip`).
 */
export function withoutWrong(raw: Record<string, unknown>, issues: readonly z.core.$ZodIssue[]) {
  const skip = new Set<string>();
  const pools = new Set<string>();
  for (const issue of issues) {
    if (issue.path[0] === "workerPools" && issue.path.length > 1) pools.add(String(issue.path[1]));
    else if (issue.path.length > 0) skip.add(String(issue.path[0]));
    else if (issue.code === "unrecognized_keys") issue.keys.forEach((key) => skip.add(key));
  }
  const without = (map: object, keys: Set<string>) =>
    Object.fromEntries(Object.entries(map).filter(([key]) => !keys.has(key)));
  const rest = without(raw, skip);
  if (rest.workerPools) rest.workerPools = without(rest.workerPools as object, pools);
  return { rest, skip };
}

/** The one error that names all mistakes. */
export function refusal(mistakes: readonly Mistake[], namespace: string): Error {
  const lines = mistakes.map(({ key, value, remedy }) => `  ${namespace}:${key}: ${shown(value)}: ${remedy}`);
  const count = mistakes.length === 1 ? "1 setting is wrong" : `${mistakes.length} settings are wrong`;
  return new Error(`${count} (settings.ts describes each):\n${lines.join("\n")}`);
}

function dotted(path: Path): string {
  return path
    .map((step, i) => (typeof step === "number" ? `[${step}]` : `${i ? "." : ""}${String(step)}`))
    .join("");
}

function valueAt(raw: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) => (value as Record<PropertyKey, unknown> | null | undefined)?.[step],
    raw,
  );
}

function shown(value: unknown): string {
  if (value === undefined) return "missing";
  const json = JSON.stringify(value);
  return json.length > 80 ? `${json.slice(0, 77)}...` : json;
}
