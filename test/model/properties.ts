import { healthyVoters, known, newest, put, quorums, type Quorum } from "./world/etcd";
import type { Next } from "./state/step";
import { formedCluster, has, idOf, isVoter, type State } from "./state/state";

/** A client's write, acknowledged through a node that serves. */
export function client(world: Next): void {
  const { state } = world;
  if (state.acknowledged >= 0) return;
  for (const quorum of quorums(state)) {
    const server = healthyVoters(state, quorum).find((i) => state.nodes[i].ready);
    if (server !== undefined) world.may("put", server, (next) => put(next, quorum));
  }
}

/** Whether clients are served by this quorum: a voter of it that is ready. */
function serves(state: State, quorum: Quorum): boolean {
  return state.nodes.some(
    (node, i) =>
      node.ready &&
      has(quorum.reached, i) &&
      isVoter(known(state, quorum)[i]) &&
      idOf(known(state, quorum)[i]) === node.data!.id,
  );
}

/** What must never be, whatever happens. */
export function whatIsWrong(state: State): string | undefined {
  if (state.violation) return state.violation;
  const serving = quorums(state).filter((quorum) => serves(state, quorum));
  if (serving.length > 1) return "two quorums serve clients at once";
  for (const { cluster } of serving) {
    if (cluster !== formedCluster(state))
      return `cluster ${cluster} serves, and it is not the one that has formed`;
    if (state.acknowledged >= 0 && cluster !== state.acknowledged)
      return `cluster ${cluster} serves, and another one has acknowledged writes`;
  }
  if (state.acknowledged >= 0 && state.clusters[state.acknowledged].epoch < state.formations.length)
    return "there is a later epoch than that of the cluster which has acknowledged writes";
  return undefined;
}

/** The group is whole: its instances, and no others, are healthy voters and serve. */
export function isWhole(state: State, size: number): boolean {
  const formed = formedCluster(state);
  if (state.formationGone || state.formedGone || state.foreign) return false;
  if (formed < 0 || state.nodes.some(({ instance, terminating }) => instance === "dead" || terminating))
    return false;
  const list = newest(state, formed);
  return (
    state.nodes.filter(({ instance }) => instance === "runs").length === size &&
    state.nodes.every(
      (node, i) =>
        (node.instance === "runs") === isVoter(list[i]) &&
        (node.instance === "runs") === list[i] > 0 &&
        (node.instance !== "runs" ||
          (node.unit === "running" &&
            node.ready &&
            !node.cut &&
            node.inZone &&
            node.data?.cluster === formed)),
    ) &&
    quorums(state).some(({ cluster }) => cluster === formed)
  );
}
