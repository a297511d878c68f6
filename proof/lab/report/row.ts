import type { Conformance } from "../kubernetes/conformance/results";

/** What came of one drill. `.lab/results/` and `proof/bench/drills.json` hold these. */
export interface Row {
  readonly drill: string;
  /** Day of the run, ISO 8601. */
  readonly date: string;
  /** LAB_SCALE of the run. */
  readonly scale: number;
  /** What was done, in a few words. */
  readonly what: string;
  /** From the fault, or the power-on, to a healthy cluster; null where the drill ended before. */
  readonly seconds: number | null;
  /** Writes that etcd acknowledged. */
  readonly acknowledged: number;
  /** Acknowledged writes that were not there any more at the end; null where nothing was read back. */
  readonly lost: number | null;
  /** Writes that were refused or ran into their time-out twice, as each is made once more; not counted are those of clients that ask one member only. */
  readonly failed: number;
  /** The longest time between two acknowledged writes, over all clients. */
  readonly longestPauseMs: number | null;
  /** Porcupine's verdict over the recorded history; null for a drill without clients. */
  readonly linearizable: boolean | "unknown" | null;
  readonly passed: boolean;
  /** Why it did not pass. */
  readonly reasons: readonly string[];
  /** Times above the drill's limits. With a raised LAB_LIMITS the drill may have passed, but such a row is not published. */
  readonly slow?: readonly string[];
  /** What became of Kubernetes' own tests, where the drill runs them. */
  readonly conformance?: Conformance;
  /** Further figures that the drill saw, by name. */
  readonly figures: Readonly<Record<string, number | string>>;
}
