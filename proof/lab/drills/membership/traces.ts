/** Whom a step is about, as the cluster is at that moment. */
export type Who =
  | "the leader"
  /** One that can be reached. */
  | "a follower"
  | "the one cut off"
  /** The instance that was powered on last. */
  | "the newcomer"
  /** Two of those that the newest formation lists. */
  | "two of the formation"
  | "all";

/** What is waited for, or done. Actions of the model that a step follows are named in `after`. */
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
  /** What makes it nasty. */
  readonly why: string;
  readonly begin: "from nothing" | "three healthy voters";
  readonly steps: readonly Step[];
  /** Epoch that the cluster is of at the end: another one than 1 only if the first never formed. */
  readonly epoch: number;
}

/** Three of the nastiest traces of the membership protocol's model (test/model). */
export const traces: readonly Trace[] = [
  {
    name: "the majority of a formation is gone before it forms",
    why: "The survivor has data of a cluster that can never be. It has to give it up, and nobody may serve meanwhile.",
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
    why: "The leader stops in the middle of a join; the learner that is left blocks the next one until EC2 calls it gone.",
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
    why: "Nobody can ask who formed, so those with data start with it. Then one of three is left, which must remove nobody: the one that is away is needed.",
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
