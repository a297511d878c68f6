/** The node of a step, as the cluster is at that moment. */
export type Who =
  | "the leader"
  /** One that is reachable. */
  | "a follower"
  | "the one cut off"
  /** The instance that was powered on last. */
  | "the newcomer"
  /** Two of those in the newest formation. */
  | "two of the formation"
  | "all";

/** The condition that is waited for, or the action. `after` names the model's actions that a step follows. */
export type Step =
  | { readonly await: "formation"; readonly epoch: number; readonly after: "create_formation" }
  | { readonly await: "a learner"; readonly after: "add_learner" }
  | { readonly await: "a newcomer" }
  | { readonly await: "a leader"; readonly after: "resume" }
  | { readonly do: "vanish" | "terminate" | "cut" | "mend" | "power cycle"; readonly who: Who }
  | { readonly do: "records stay as they are" | "records follow" | "S3 fails" | "S3 works" };

/** A history of faults that a drill brings about on real nodes. */
export interface Trace {
  readonly name: string;
  /** Why it is hard. */
  readonly why: string;
  readonly begin: "from nothing" | "three healthy voters";
  readonly steps: readonly Step[];
  /** Epoch of the cluster at the end; it differs from 1 only if the first epoch never formed. */
  readonly epoch: number;
}

/** Three of the hardest traces of the membership protocol's model (test/model). */
export const traces: readonly Trace[] = [
  {
    name: "the majority of a formation is gone before it forms",
    why: "The survivor has data of a cluster that can never form. It has to discard the data, and nobody may serve until then.",
    begin: "from nothing",
    steps: [
      { await: "formation", epoch: 1, after: "create_formation" },
      { do: "vanish", who: "two of the formation" },
      { await: "formation", epoch: 2, after: "create_formation" },
    ],
    epoch: 2,
  },
  {
    name: "a newcomer dies as a learner while the leader leaves, and the zone stands still",
    why: "The leader stops in the middle of a join. Its learner blocks the next one until EC2 reports it as gone.",
    begin: "three healthy voters",
    steps: [
      { do: "terminate", who: "the leader" },
      { await: "a newcomer" },
      { await: "a learner", after: "add_learner" },
      { do: "records stay as they are" },
      { do: "vanish", who: "the newcomer" },
      { await: "a newcomer" },
      { do: "records follow" },
    ],
    epoch: 1,
  },
  {
    name: "all lose power while S3 fails; then one is cut off and another vanishes",
    why: "Nobody can read the formed object, so members with data start with it. Then one of three is left, which must remove nobody: the absent member is needed.",
    begin: "three healthy voters",
    steps: [
      { do: "S3 fails" },
      { do: "power cycle", who: "all" },
      { await: "a leader", after: "resume" },
      { do: "S3 works" },
      { do: "cut", who: "a follower" },
      { do: "vanish", who: "a follower" },
      { await: "a newcomer" },
      { do: "mend", who: "the one cut off" },
    ],
    epoch: 1,
  },
];
