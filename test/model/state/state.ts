/**
 * The world of the membership protocol (docs/membership.md) as plain values. Nodes are numbers 0, 1, …; a set of nodes
 * is a bit mask. A node is an instance with its disk and the scripts that run on it.
 */
export interface State {
  readonly nodes: Node[];
  /** etcd/formation-<epoch>.json: the members of each epoch, the first at 0. */
  formations: number[];
  /** The objects of the newest epoch that a hand has deleted; a later one that is another cluster's is there. */
  formationGone: boolean;
  formedGone: boolean;
  foreign: boolean;
  /** etcd clusters that were ever started: each is of one list of one epoch, as its members' ids follow from both. */
  clusters: Cluster[];
  /** The cluster that has acknowledged the one write of the model; -1: none yet. */
  acknowledged: number;
  /** How often each fault may still happen. */
  readonly faults: Faults;
  /** What went wrong in the last step, if anything did. */
  violation?: string;
}

export interface Faults {
  /** An instance vanishes with its disk, or Auto Scaling's patience with a leaving one ends. */
  crash: number;
  /** A node loses the others, not AWS; cut-off nodes still reach one another. */
  cut: number;
  /** etcd or the node starts again, at any moment; the disk stays. */
  restart: number;
  /** Auto Scaling terminates an instance, with its hook, though it has no more of them than wanted. */
  terminate: number;
  /** Auto Scaling launches one more than wanted, as an instance refresh does; it terminates one afterwards. */
  surplus: number;
  /** A person removes a member that runs. */
  removal: number;
  /** The disk is lost with all that is on it, and the instance stays; it boots with an empty one. */
  disk: number;
  /** A hand deletes or swaps an object in S3, a record, or a node's notes, once a write was acknowledged. */
  fact: number;
}

export interface Node {
  /** dead: it runs no more, and EC2 does not say so yet. */
  instance: "none" | "runs" | "dead" | "gone";
  /** Auto Scaling wants to terminate it. */
  terminating: boolean;
  cut: boolean;
  /** The zone holds its records. */
  inZone: boolean;
  unit: Unit;
  /** What etcd-membership has read and will act upon: an epoch, members of a formation, the member to remove. */
  epoch: number;
  members: number;
  target: number;
  /** The member list has changed since it was read. */
  stale: boolean;
  data?: Data;
  /** /var/lib/etcd/member exists, but etcd ended before it wrote its first log. */
  husk: boolean;
  /** The notes etcd-epoch and etcd-wiped-epoch; 0: none. */
  epochNote: number;
  wipedNote: number;
  /** The note etcd-formed. */
  formedNote: boolean;
  /** etcd-promote: it has read through the quorum and will write etcd/formed-<epoch>.json. */
  recording: boolean;
  /** etcd-ready.target: clients are served. */
  ready: boolean;
  /** Its launch is complete, which the model takes for one with serving for the first time. */
  inService: boolean;
  /** etcd-reconcile: the member that it will remove; -1: none. */
  removing: number;
  /** etcd-leave; last: it is still a member, and nobody can take it out. */
  leave: "no" | "begun" | "removing" | "done" | "last";
}

/** Where etcd.service stands. Between deciding and running, etcd-membership holds facts that may be out of date. */
export type Unit =
  | "off"
  | "deciding"
  | "asking-ec2"
  | "wiping"
  | "creating"
  | "starting-new"
  | "starting-existing"
  | "removing-lost-self"
  | "removing-gone"
  | "running"
  | "ended";

/** etcd's data: the member id it belongs to, and how much of the log it holds; -1: what a first start writes. */
export interface Data {
  cluster: number;
  readonly id: number;
  version: number;
}

export interface Cluster {
  readonly epoch: number;
  readonly first: number;
  /** etcd/formed-<epoch>.json names it. */
  formed: boolean;
  /** What was committed, oldest first; only the newest and what a disk holds as its newest is kept. */
  versions: Version[];
}

/** The member list after a committed entry: per node 0 (no member) or a `member`. */
export interface Version {
  readonly list: readonly number[];
  /** The acknowledged write is part of the log. */
  readonly written: boolean;
}

export const learner = 1;
export const unstarted = 2;
export const started = 3;
/** A member list's entry. The first members have id 0; who is added again gets the next id. */
export const member = (role: number, id: number) => role + 4 * id;
export const roleOf = (entry: number) => entry & 3;
export const idOf = (entry: number) => entry >> 2;
export const isVoter = (entry: number) => roleOf(entry) >= unstarted;

export const has = (set: number, node: number) => (set >> node) % 2 === 1;
export const majorityOf = (count: number) => Math.floor(count / 2) + 1;

/** read_formation: the newest epoch that an object names; 0 if none does. */
export const epochRead = ({ formations, formationGone, formedGone }: State) =>
  formations.length - Number(formationGone && formedGone);

/** read_formation: the cluster that the formed object of that epoch names, or -1. */
export const formedRead = (state: State) => (state.formedGone ? -1 : formedCluster(state));

/** The cluster that counts: of the newest epoch, if it has formed, be its object gone or not; else -1. */
export function formedCluster({ clusters, formations }: State): number {
  return clusters.findIndex(({ epoch, formed }) => formed && epoch === formations.length);
}

const blank: Node = {
  instance: "none",
  terminating: false,
  cut: false,
  inZone: false,
  unit: "off",
  epoch: 0,
  members: 0,
  target: -1,
  stale: false,
  data: undefined,
  husk: false,
  epochNote: 0,
  wipedNote: 0,
  formedNote: false,
  recording: false,
  ready: false,
  inService: false,
  removing: -1,
  leave: "no",
};

/** `size` nodes that have just booted, and room for others; nothing in S3, nothing in the zone. */
export function nothingYet(size: number, room: number, faults: Faults): State {
  const nodes = Array.from({ length: room }, (_, i) => (i < size ? booted() : { ...blank }));
  return {
    nodes,
    formations: [],
    formationGone: false,
    formedGone: false,
    foreign: false,
    clusters: [],
    acknowledged: -1,
    faults,
  };
}

export const lives = ({ nodes }: State, i: number) => nodes[i].instance === "runs";

/** How many instances Auto Scaling counts as those that it wants. */
export const wantedOf = ({ nodes }: State) =>
  nodes.filter(({ instance, terminating }) => instance === "runs" && !terminating).length;

export const booted = (): Node => ({ ...blank, instance: "runs", unit: "deciding" });
export const without = (instance: "dead" | "gone", inZone: boolean): Node => ({ ...blank, instance, inZone });

/** Ends whatever a script on the node was about to do; etcd-membership begins anew. */
export function decideAnew(node: Node): void {
  enter(node, "deciding");
  node.recording = node.ready = false;
  node.removing = -1;
}

/** Goes on to `unit`; facts read before are forgotten. */
export function enter(node: Node, unit: Unit): void {
  node.unit = unit;
  node.epoch = node.members = 0;
  node.target = -1;
  node.stale = false;
}

/** Written out because it is done millions of times: several times as fast as a spread. */
function copyNode(node: Node): Node {
  const { data } = node;
  return {
    instance: node.instance,
    terminating: node.terminating,
    cut: node.cut,
    inZone: node.inZone,
    unit: node.unit,
    epoch: node.epoch,
    members: node.members,
    target: node.target,
    stale: node.stale,
    husk: node.husk,
    epochNote: node.epochNote,
    wipedNote: node.wipedNote,
    formedNote: node.formedNote,
    recording: node.recording,
    ready: node.ready,
    inService: node.inService,
    removing: node.removing,
    leave: node.leave,
    data: data && { cluster: data.cluster, id: data.id, version: data.version },
  };
}

export function copy(state: State): State {
  return {
    ...state,
    nodes: state.nodes.map(copyNode),
    formations: [...state.formations],
    clusters: state.clusters.map((cluster) => ({ ...cluster, versions: [...cluster.versions] })),
    faults: { ...state.faults },
  };
}
