import { healthyVoters, memberRemove, quorumOf } from "./etcd";
import { formationIsLost, goneMembers } from "./facts";
import type { Next } from "./step";
import { decideAnew, formedCluster } from "./state";

/** The steps of etcd-reconcile on node `i`. */
export function etcdReconcile(world: Next, i: number): void {
  const { state } = world;
  const node = state.nodes[i];
  if (node.unit === "ended" && node.leave === "no") {
    world.may("reconcile: was removed", i, (next) => decideAnew(next.nodes[i]));
  }
  if (node.unit !== "running") return;
  if (node.removing >= 0) {
    world.may(
      "remove_member",
      i,
      (next) => {
        next.nodes[i].removing = -1;
        const quorum = quorumOf(next, i);
        if (quorum) memberRemove(next, quorum, node.removing, world.on("strictReconfiguration"));
      },
      { about: node.removing },
    );
    return;
  }
  if (node.leave !== "no") return;
  const epoch = state.formations.length;
  if (
    node.epochNote < epoch ||
    (!node.formedNote && formedCluster(state) < 0 && formationIsLost(state, epoch))
  ) {
    world.may("reconcile: data_is_left_behind", i, (next) => decideAnew(next.nodes[i]));
  }
  if (!node.formedNote) return;
  const quorum = quorumOf(state, i);
  // Any voter may be the leader.
  if (!quorum || !healthyVoters(state, quorum).includes(i)) return;
  for (const target of goneMembers(state, world.setting, quorum, i)) {
    world.may("remove_gone_members", i, (next) => (next.nodes[i].removing = target), { about: target });
  }
}
