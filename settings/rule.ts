import type { Settings } from ".";
import type { Mistake } from "./errors";

type Some = Partial<Settings>;

/** A rule over settings that are each well-formed: which top-level keys it reads, and what it finds. */
export interface Rule {
  readonly reads: readonly (keyof Settings)[];
  readonly find: (settings: Some) => Mistake[];
}

export const rule = <K extends keyof Settings>(
  reads: K[],
  find: (settings: Pick<Settings, K>) => Mistake[],
): Rule => ({
  reads,
  find: (settings) => find(settings as Pick<Settings, K>),
});

/** A rule over each pool; `key` is where it stands. */
export const poolRule = (find: (pool: Settings["workerPools"][string], key: string) => Mistake[]) =>
  rule(["workerPools"], ({ workerPools }) =>
    Object.entries(workerPools).flatMap(([name, pool]) => find(pool, `workerPools.${name}`)),
  );

export const mistakeIf = (wrong: boolean, key: string, value: unknown, remedy: string): Mistake[] =>
  wrong ? [{ key, value, remedy }] : [];
