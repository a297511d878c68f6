import { known, quorums } from "../world/etcd";
import type { Next } from "../state/step";
import { enter, has, idOf, roleOf, started, type State } from "../state/state";

/** etcd's start with state `new`: one of the others that answers may know that this member has run. */
export function bootstrapNew(world: Next, i: number): void {
  const { state } = world;
  const { epoch, members, cut } = state.nodes[i];
  const index = state.clusters.findIndex((each) => each.epoch === epoch && each.first === members);
  const peers = quorumlessPeers(state, i, cut).filter((j) => has(members, j));
  const refuses = peers.filter((j) => {
    const { data } = state.nodes[j];
    if (data!.cluster !== index || index < 0) return false;
    const list = data!.version < 0 ? undefined : state.clusters[index].versions[data!.version].list;
    return list !== undefined && roleOf(list[i]) === started && idOf(list[i]) === 0;
  });
  if (refuses.length > 0 && world.on("bootstrapCheck")) {
    world.may("etcd: has already been bootstrapped", i, (next) => {
      enter(next.nodes[i], "deciding");
      next.nodes[i].husk = true;
    });
  }
  if (refuses.length < peers.length || refuses.length === 0 || !world.on("bootstrapCheck")) {
    world.may("start_new: etcd runs", i, (next) => {
      enter(next.nodes[i], "running");
      next.nodes[i].husk = false;
      let cluster = index;
      if (cluster < 0)
        cluster = next.clusters.push({ epoch, first: members, formed: false, versions: [] }) - 1;
      next.nodes[i].data = { cluster, id: 0, version: -1 };
    });
  }
}

/** etcd's start with state `existing`: it asks the others for the member list, which must be as long as the one given. */
export function bootstrapExisting(world: Next, i: number): void {
  const { state } = world;
  const { cut, target: cluster, stale } = state.nodes[i];
  const peers = quorumlessPeers(state, i, cut).filter((j) => state.nodes[j].data!.cluster === cluster);
  const quorum = quorums(state).find((each) => each.cluster === cluster && each.cut === cut);
  const entry = quorum ? known(state, quorum)[i] : 0;
  if (stale || peers.length === 0 || entry === 0) {
    world.may("etcd: error validating the member list", i, (next) => {
      enter(next.nodes[i], "deciding");
      next.nodes[i].husk = true;
    });
  } else {
    world.may("start_existing: etcd runs", i, (next) => {
      enter(next.nodes[i], "running");
      next.nodes[i].husk = false;
      next.nodes[i].data = { cluster, id: idOf(entry), version: -1 };
    });
  }
}

/** The nodes whose etcd answers this one's question, with a quorum or without. */
function quorumlessPeers(state: State, i: number, cut: boolean): number[] {
  if (!state.nodes[i].inZone) return [];
  return state.nodes.flatMap((node, j) =>
    j !== i && node.instance === "runs" && node.unit === "running" && node.inZone && node.cut === cut
      ? [j]
      : [],
  );
}
