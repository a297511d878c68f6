import { isDeepStrictEqual } from "node:util";
import type { Run } from "./stack";

/** What one run has that another has not, by resource: `+` is new, `-` is gone, else the names of the changed inputs. */
export function changes(from: Run, to: Run): Record<string, string> {
  const [before, after] = [from, to].map(
    ({ resources }) => new Map(resources.map((each) => [each.key, each.inputs])),
  );
  const found: Record<string, string> = {};
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(key), after.get(key)];
    if (!old || !now) {
      found[key] = now ? "+" : "-";
      continue;
    }
    const inputs = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
      (input) => !isDeepStrictEqual(old[input], now[input]),
    );
    if (inputs.length > 0) found[key] = inputs.sort().join(" ");
  }
  return found;
}
