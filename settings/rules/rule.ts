import type { Mistake } from "../errors";
import type { Settings, WorkerPoolSettings } from "../schema/cluster";

/** Finds mistakes between settings that each have the right form. */
export type Rule = (settings: Settings) => Mistake[];

/** A rule for each pool; `key` is the pool's path. */
export const poolRule =
  (find: (pool: WorkerPoolSettings, key: string) => Mistake[]): Rule =>
  ({ workerPools }) =>
    Object.entries(workerPools).flatMap(([name, pool]) => find(pool, `workerPools.${name}`));

export const mistakeIf = (wrong: boolean, key: string, value: unknown, remedy: string): Mistake[] =>
  wrong ? [{ key, value, remedy }] : [];

/** A mistake for each value that occurs a second time. */
export function repeated(key: string, values: readonly string[], remedy: string): Mistake[] {
  const again = values.filter((value, i) => values.indexOf(value) !== i);
  return again.map((value) => ({ key, value, remedy }));
}
