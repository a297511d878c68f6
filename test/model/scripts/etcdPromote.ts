import { known, memberPromote, quorumOf } from "../world/etcd";
import { refused, type Next } from "../state/step";
import { formedCluster, learner, roleOf, type State } from "../state/state";

/** The steps of etcd-promote on node `i`, whose etcd runs. */
export function etcdPromote(world: Next, i: number): void {
  const { state } = world;
  const node = state.nodes[i];
  if (node.unit !== "running" || (node.ready && node.formedNote)) return;
  if (node.recording) {
    world.may("record_formed", i, (next) => {
      const it = next.nodes[i];
      it.recording = false;
      const own = next.clusters[it.data!.cluster];
      const same = next.clusters.filter(({ epoch }) => epoch === own.epoch);
      if (!world.on("ifNoneMatch")) for (const cluster of same) cluster.formed = false;
      if (next.formedGone && own.epoch === next.formations.length) {
        for (const cluster of same) cluster.formed = false;
        next.formedGone = false;
      }
      if (!same.some(({ formed }) => formed)) own.formed = true;
      if (formedCluster(next) !== it.data!.cluster) return; // fails, and begins again
      it.formedNote = it.ready = true;
      completeLaunch(next, i);
    });
    return;
  }
  const quorum = quorumOf(state, i);
  if (!quorum) {
    if (!world.on("quorumReadBeforeFormed") && !node.formedNote)
      world.may("promote: not asked for a quorum", i, (next) => (next.nodes[i].recording = true));
    return;
  }
  const entry = known(state, quorum)[i];
  if (roleOf(entry) === learner) {
    world.may("promote", i, (next) => memberPromote(next, quorumOf(next, i)!, i) || refused);
  } else if (node.formedNote) {
    world.may("serves_quorum_reads: ready", i, (next) => {
      next.nodes[i].ready = true;
      completeLaunch(next, i);
    });
  } else {
    world.may("serves_quorum_reads", i, (next) => {
      next.nodes[i].recording = true;
      if (!world.on("servedOnceFormed")) next.nodes[i].ready = true;
    });
  }
}

/** Only where facts may go is it of interest who is in service: less to tell apart elsewhere. */
function completeLaunch({ nodes, faults }: State, i: number): void {
  nodes[i].inService = faults.fact > 0 || nodes.some(({ inService }) => inService);
}
