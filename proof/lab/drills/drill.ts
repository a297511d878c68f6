import type { Ask } from "../clients/apiAsker";
import type { ApiUse } from "../clients/askApi";
import type { Conformance } from "../kubernetes/conformance/results";
import type { Lab } from "../lab";
import type { Load, Window } from "../clients/load";

/** What nodes run as kubeadm, kubelet and kubectl: Kubernetes' own, or what stands in for them where etcd alone is of interest. */
export type KubernetesKind = "real" | "standIn";

/** What a drill has to do with: the lab, and what happens in it told to the table and the timeline. */
export interface Stage {
  readonly lab: Lab;
  /** Controllers at the drill's beginning. */
  readonly size: number;
  /** Starts the clients; they end with the drill, or with their own `stop`. The second call returns the same. */
  load(): Promise<Load>;
  /**
   * Starts a client of the API, which ends with the drill and returns what it saw until then; the longest gap is among the
   * drill's figures. @default reads
   */
  askApi(use?: ApiUse): Promise<readonly Ask[]>;
  /** Takes what the drill writes. */
  readonly folder: string;
  /** LAB_LIMITS: how many times as long as its limits of time the drill may take. */
  readonly limitFactor: number;
  /** Tells what happens now: a line at the terminal and a mark in the timeline. */
  note(what: string): void;
}

/** What a drill tells of itself; the clients' and the observer's findings come on top. */
export interface Outcome {
  /** What was done, in a few words. */
  readonly what: string;
  /** From the fault, or the power-on, to a healthy cluster. */
  readonly seconds: number | null;
  readonly figures?: Readonly<Record<string, number | string>>;
  /** The longest time in which a voter was not healthy, in milliseconds. */
  readonly voterUnhealthyMs?: number;
  /** The longest time in seconds that a controller was in its terminate hook. */
  readonly hookSeconds?: number;
  /** What became of Kubernetes' own tests. */
  readonly conformance?: Conformance;
  /** What must hold and did not, where the drill went on nevertheless. */
  readonly failures?: readonly string[];
  /** The stretches of the history that are linearizable each, where the whole cannot be. @default the whole */
  readonly linearizable?: readonly Window[];
}

/** A failure brought about on purpose, and what must hold all the while. */
export interface Drill {
  readonly name: string;
  readonly kubernetes: KubernetesKind;
  /** Releases of Kubernetes that nodes run one after the other; its cluster is of the first, and for it alone. @default the lab's own alone */
  readonly releases?: readonly [string, ...string[]];
  /** Controllers that the cluster has, all healthy, before the drill. */
  readonly size: 1 | 3 | 5;
  /** The drill removes all nodes first, so none of them has to be healthy before it. */
  readonly startsFromNothing?: true;
  /** Workers that it has beside them, in service. @default as many as the drill before left */
  readonly workers?: number;
  /** The least LAB_SCALE for its lab, where AWS's waits may not become shorter than what nodes really take. @default any */
  readonly leastScale?: number;
  /** The most that is right of each measure. LAB_LIMITS multiplies those of time. */
  readonly limits: {
    readonly seconds?: number;
    readonly longestPauseMs?: number;
    readonly voterUnhealthyMs?: number;
    /** Of a controller in its terminate hook. */
    readonly hookSeconds?: number;
    /** Between two answers of the API, for a drill that asks it. */
    readonly longestGapMs?: number;
    /** Writes that failed twice. */
    readonly failed?: number;
  };
  /** The drill takes the quorum away: only then may acknowledged writes be lost, and another cluster id follow. */
  readonly takesQuorum?: true;
  /** The drill lets one cluster after the other form: their ids differ. */
  readonly formsClusters?: true;
  /**
   * Units that may fail on a node during the drill, such as `etcd.service`; `drain@.service` is each of its instances.
   * @default none: a unit that fails fails the drill
   */
  readonly failingUnits?: readonly string[];
  /** The drill leaves no cluster behind. */
  readonly endsCluster?: true;
  /** Brings what this drill alone needs from the network into the user's cache: inside the lab there is none. */
  prepare?(report: (line: string) => void): Promise<void>;
  /** @throws Error that says what did not come about */
  run(stage: Stage): Promise<Outcome>;
}
