import { healthyVoters, known, memberList, newest, quorums, type Quorum } from "./etcd";
import { on, type Setting } from "../state/step";
import {
  epochRead,
  formedCluster,
  formedRead,
  has,
  idOf,
  isVoter,
  majorityOf,
  roleOf,
  unstarted,
  type State,
} from "../state/state";

/** formation_is_lost, as far as EC2 is asked. */
export function formationIsLost({ nodes, formations }: State, epoch: number): boolean {
  const members = nodes.filter((_, i) => has(formations[epoch - 1], i));
  const gone = members.filter(({ instance }) => instance === "gone").length;
  return members.length - gone < majorityOf(members.length);
}

/** data_is_left_behind, for data of an epoch that is not noted as formed, or that a later one has followed. */
export function isLeftBehind(state: State, setting: Setting, i: number): boolean {
  const { epochNote, formedNote, data } = state.nodes[i];
  const epoch = epochRead(state);
  if (epochNote === 0 || state.foreign) return state.foreign && epochNote > 0 && !on(setting, "ownFacts");
  const over = epochNote < epoch || (epochNote === epoch && !formedNote && formedRead(state) < 0);
  if (!over || !on(setting, "writtenStays")) return over;
  const holdsWrites =
    data !== undefined && memberList(state.clusters[data.cluster], data.version, state.nodes.length).written;
  return !holdsWrites && reachable(state, i).every(({ cluster }) => cluster === formedRead(state));
}

/** no_cluster_has_formed. */
export function noClusterHasFormed(state: State, setting: Setting, i: number): boolean {
  if (state.formedGone && quorumIsLost(state)) return false; // left out: only an operator can know
  if (on(setting, "nobodyInService") && state.nodes.some(({ inService }) => inService)) return false;
  return !on(setting, "noQuorumAnswers") || reachable(state, i).length === 0;
}

/**
 * reach_cluster: the quorums that one of the others, or this node itself, answers for; all that answer.
 */
export function reachable(state: State, i: number): Quorum[] {
  return quorums(state).filter(({ cut }) => cut === state.nodes[i].cut);
}

/** quorum_stays_without. */
export function quorumStaysWithout(state: State, quorum: Quorum, i: number): boolean {
  const others = known(state, quorum).filter((entry, j) => isVoter(entry) && j !== i).length;
  return healthyVoters(state, quorum).filter((each) => each !== i).length >= majorityOf(others);
}

/** remove_gone_members: who is to be removed, as EC2 says. */
export function goneMembers(state: State, setting: Setting, quorum: Quorum, i: number): number[] {
  const healthy = on(setting, "goneOnly") ? [] : healthyVoters(state, quorum);
  return known(state, quorum).flatMap((entry, j) => {
    if (entry === 0 || j === i) return [];
    const gone = on(setting, "goneOnly")
      ? state.nodes[j].instance === "gone"
      : isVoter(entry) && !healthy.includes(j);
    if (!gone) return [];
    return isVoter(entry) && on(setting, "quorumStays") && !quorumStaysWithout(state, quorum, j) ? [] : [j];
  });
}

/** The cluster that has formed had a quorum, and so many members have lost their data that only a restore helps. */
export function quorumIsLost(state: State): boolean {
  const formed = formedCluster(state);
  if (formed < 0 || state.clusters[formed].versions.length === 0) return false;
  const list = newest(state, formed);
  const voters = list.filter(isVoter).length;
  const alive = state.nodes.filter((node, i) => {
    if (!isVoter(list[i]) || node.instance !== "runs") return false;
    if (node.data) return node.data.cluster === formed && node.data.id === idOf(list[i]);
    return roleOf(list[i]) === unstarted && node.wipedNote !== state.clusters[formed].epoch;
  }).length;
  return alive < majorityOf(voters);
}
