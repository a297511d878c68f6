import type { Conformance } from "../kubernetes/conformance/results";

/** Result of one drill, in `.lab/results/` and `proof/bench/drills.json`. */
export interface Row {
  readonly drill: string;
  /** Day of the run, ISO 8601. */
  readonly date: string;
  /** LAB_SCALE of the run. */
  readonly scale: number;
  /** What was done, in a few words. */
  readonly what: string;
  /** Seconds from the fault, or the power-on, to a healthy cluster; null if the drill ended before. */
  readonly seconds: number | null;
  /** Writes that etcd acknowledged. */
  readonly acknowledged: number;
  /** Acknowledged writes that were missing at the end; null if nothing was read back. */
  readonly lost: number | null;
  /**
   * Writes that failed twice, by a refusal or a time-out; each is repeated once. Clients that ask only one
   * member do not count.
   */
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
  /** `LOCAL_AWS_MOOD` of the run, unless it was `instant`. A drill has a row for each mood. */
  readonly mood?: string;
  /** Results of Kubernetes' own tests, if the drill runs them. */
  readonly conformance?: Conformance;
  /** Further figures of the drill, by name. */
  readonly figures: Readonly<Record<string, number | string>>;
}

/** What a row is known by: its drill, and the mood if it is not `instant`. Also the name of its files. */
export const nameOf = ({ drill, mood }: Pick<Row, "drill" | "mood">): string =>
  mood === undefined ? drill : `${drill}.${mood}`;
