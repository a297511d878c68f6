import {
  has,
  idOf,
  isVoter,
  learner,
  majorityOf,
  member,
  roleOf,
  started,
  unstarted,
  type Cluster,
  type State,
  type Version,
} from "../state/state";

/** A list of members and its members' processes that can elect a leader; what clients get through it is committed. */
export interface Quorum {
  readonly cluster: number;
  readonly cut: boolean;
  /** The newest committed version, which the leader has. */
  readonly version: number;
  /** The nodes whose etcd runs with data of the cluster and reaches the leader, as a set. */
  readonly reached: number;
}

/** The member list of `version`; -1: what the first members write at their start. */
export function memberList(cluster: Cluster, version: number, nodes: number): Version {
  if (version >= 0) return cluster.versions[version];
  return {
    list: Array.from({ length: nodes }, (_, i) => (has(cluster.first, i) ? member(unstarted, 0) : 0)),
    written: false,
  };
}

/** The member list of a cluster, as it was committed last. */
export function newest(state: State, cluster: number): readonly number[] {
  const { versions } = state.clusters[cluster];
  return memberList(state.clusters[cluster], versions.length - 1, state.nodes.length).list;
}

/** What the leader of this quorum knows. */
export function known(state: State, { cluster, version }: Quorum): readonly number[] {
  return memberList(state.clusters[cluster], version, state.nodes.length).list;
}

/**
 * Peers accept one another only if both can be looked up: without its records a member is cut off from all.
 * `etcd.<zone>` must name a peer's address, https://etcd.io/docs/v3.6/op-guide/security/#notes-for-tls-authentication
 */
const communicates = (state: State, i: number, cut: boolean) =>
  state.nodes[i].instance === "runs" && state.nodes[i].inZone && state.nodes[i].cut === cut;

/** The nodes of one side whose etcd runs with data of the cluster. */
function running(state: State, cluster: number, cut: boolean): number {
  let set = 0;
  state.nodes.forEach((node, i) => {
    if (node.unit === "running" && node.data?.cluster === cluster && communicates(state, i, cut))
      set |= 1 << i;
  });
  return set;
}

/** Raft: who has the votes of a majority of its own member list from members whose logs are no newer. */
function electable(state: State, cluster: number, set: number): number[] {
  const versions: number[] = [];
  for (let version = state.clusters[cluster].versions.length - 1; version >= -1; version--) {
    const { list } = memberList(state.clusters[cluster], version, state.nodes.length);
    let candidate = false;
    let votes = 0;
    state.nodes.forEach(({ data }, i) => {
      if (!data || !has(set, i) || !isVoter(list[i]) || idOf(list[i]) !== data.id) return;
      if (data.version <= version) votes++;
      if (data.version === version) candidate = true;
    });
    if (candidate && votes >= majorityOf(list.filter(isVoter).length)) versions.push(version);
  }
  return versions;
}

/** All quorums there are: more than one only if something is wrong, or for clusters of different epochs. */
export function quorums(state: State): Quorum[] {
  return state.clusters.flatMap((_, cluster) =>
    [false, true].flatMap((cut): Quorum[] => {
      const reached = running(state, cluster, cut);
      if (reached === 0) return [];
      const [version] = electable(state, cluster, reached);
      return version === undefined ? [] : [{ cluster, cut, version, reached }];
    }),
  );
}

/** The quorum that this node's own etcd is part of. */
export function quorumOf(state: State, i: number): Quorum | undefined {
  return quorums(state).find(({ reached }) => has(reached, i));
}

/** Commits a new member list: all that reach the leader have it, be it their own removal. */
function commit(state: State, { cluster, reached }: Quorum, next: Version): void {
  const { versions } = state.clusters[cluster];
  versions.push(next);
  state.nodes.forEach(({ data }, i) => {
    if (data && has(reached, i)) data.version = versions.length - 1;
  });
}

function change(state: State, quorum: Quorum, i: number, entry: number): void {
  const { list, written } = memberList(state.clusters[quorum.cluster], quorum.version, state.nodes.length);
  commit(state, quorum, { list: list.map((old, j) => (j === i ? entry : old)), written });
  if (entry === 0 || list[i] === 0)
    for (const node of state.nodes) node.stale = node.unit === "starting-existing";
}

/** `etcdctl put`. */
export function put(state: State, quorum: Quorum): void {
  commit(state, quorum, { list: known(state, quorum), written: true });
  state.acknowledged = quorum.cluster;
}

/** The voters of the list that the leader reaches. */
export function healthyVoters(state: State, quorum: Quorum): number[] {
  const list = known(state, quorum);
  return list.flatMap((entry, i) =>
    isVoter(entry) && has(quorum.reached, i) && state.nodes[i].data?.id === idOf(entry) ? [i] : [],
  );
}

/**
 * `etcdctl member add`: refused while there is another learner, for a member's URL, and by the strict reconfiguration
 * check unless a majority of one more voter is connected.
 * https://etcd.io/docs/v3.6/learning/design-learner/
 */
export function memberAdd(state: State, quorum: Quorum, i: number, role: number): boolean {
  const list = known(state, quorum);
  const voters = list.filter(isVoter).length;
  if (list[i] !== 0 || (role === learner && list.some((entry) => roleOf(entry) === learner))) return false;
  if (voters > 1 && healthyVoters(state, quorum).length < majorityOf(voters + 1)) return false;
  const healthy = healthyVoters(state, quorum).length;
  if (role !== learner && healthy < majorityOf(voters + 1)) {
    state.violation = `node ${i} is added and leaves ${healthy} healthy of ${voters + 1} voters`;
  }
  change(state, quorum, i, member(role, nextId(state, quorum, i)));
  return true;
}

/** etcd never takes the id of a removed member again. */
function nextId(state: State, { cluster }: Quorum, i: number): number {
  const { first, versions } = state.clusters[cluster];
  const ids = versions.flatMap(({ list }) => (list[i] ? [idOf(list[i])] : []));
  const { data } = state.nodes[i];
  if (data?.cluster === cluster) ids.push(data.id);
  return ids.length === 0 ? (has(first, i) ? 1 : 0) : Math.max(...ids) + 1;
}

/** `etcdctl member promote`: only in sync, so its etcd runs and reaches the leader. */
export function memberPromote(state: State, quorum: Quorum, i: number): boolean {
  const entry = known(state, quorum)[i];
  if (roleOf(entry) !== learner || !has(quorum.reached, i)) return false;
  change(state, quorum, i, member(started, idOf(entry)));
  return true;
}

/**
 * `etcdctl member remove`, through another member. With `strict`, refuses to leave fewer started voters than a majority,
 * and to remove a connected voter unless a majority of the others is connected.
 */
export function memberRemove(state: State, quorum: Quorum, i: number, strict: boolean): boolean {
  const list = known(state, quorum);
  const entry = list[i];
  if (entry === 0) return false;
  if (isVoter(entry)) {
    const others = list.filter((each, j) => isVoter(each) && j !== i);
    if (others.length === 0) return false;
    if (strict) {
      if (others.filter((each) => roleOf(each) === started).length < majorityOf(others.length)) return false;
      const healthy = healthyVoters(state, quorum);
      if (healthy.includes(i) && healthy.length - 1 < majorityOf(others.length)) return false;
    }
    const healthy = healthyVoters(state, quorum).filter((each) => each !== i);
    if (healthy.length < majorityOf(others.length)) {
      state.violation = `node ${i} is removed and leaves ${healthy.length} healthy of ${others.length} voters`;
    }
  }
  change(state, quorum, i, 0);
  return true;
}

/**
 * What etcd does by itself, at once: elects, brings members up to date, lets them publish their client URLs, ends those
 * that were removed. Fails the state if a leader lacks what was committed.
 */
export function settle(state: State): void {
  for (let cluster = 0; cluster < state.clusters.length; cluster++) {
    for (const cut of [false, true]) {
      const reached = running(state, cluster, cut);
      if (reached === 0) continue;
      const versions = electable(state, cluster, reached);
      if (versions.length === 0) continue;
      const newest = state.clusters[cluster].versions.length - 1;
      if (versions.at(-1)! < newest) {
        const lost =
          cluster === state.acknowledged ? "an acknowledged write may be lost" : "committed entries are lost";
        state.violation = `${lost}: a quorum of cluster ${cluster} without its newest log`;
      }
      const quorum: Quorum = { cluster, cut, version: versions[0], reached };
      const list = known(state, quorum);
      let publishes = false;
      state.nodes.forEach((node, i) => {
        if (!has(reached, i)) return;
        if (list[i] === 0 || idOf(list[i]) !== node.data!.id) {
          node.unit = "ended";
          node.recording = false;
          node.removing = -1;
        } else {
          node.data!.version = quorum.version;
          publishes ||= roleOf(list[i]) === unstarted;
        }
      });
      if (publishes) {
        const published = list.map((entry, i) =>
          roleOf(entry) === unstarted && has(reached, i) ? member(started, idOf(entry)) : entry,
        );
        const still =
          state.nodes.reduce((set, { unit }, i) => (unit === "running" ? set | (1 << i) : set), 0) & reached;
        const { written } = memberList(state.clusters[cluster], quorum.version, state.nodes.length);
        commit(state, { ...quorum, reached: still }, { list: published, written });
      }
    }
  }
}
