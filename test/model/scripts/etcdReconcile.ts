import { healthyVoters, memberRemove, quorumOf } from "../world/etcd";
import { formationIsLost, goneMembers, isLeftBehind } from "../world/facts";
import type { Next } from "../state/step";
import { decideAnew, epochRead, formedRead } from "../state/state";

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
  if (world.on("factsAgain")) keepFacts(world, i);
  if (node.leave !== "no") return;
  const epoch = epochRead(state);
  const sameEpoch = node.epochNote === epoch && !state.foreign;
  if (isLeftBehind(state, world.setting, i) && (!sameEpoch || formationIsLost(state, epoch))) {
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

/** keep_facts: notes from S3 and etcd, objects from the notes. etcdPromote has the formed object that nobody notes. */
function keepFacts(world: Next, i: number): void {
  const { state } = world;
  const { epochNote, formedNote, data } = state.nodes[i];
  if (state.foreign) return; // read_formation fails
  const agrees = formedRead(state) === data!.cluster && quorumOf(state, i) !== undefined;
  if ((epochNote === 0 || !formedNote) && agrees) {
    world.may("keep_facts: notes", i, (next) => {
      next.nodes[i].epochNote = next.formations.length;
      next.nodes[i].formedNote = true;
    });
  } else if (
    formedNote &&
    epochNote === state.formations.length &&
    (state.formedGone || state.formationGone)
  ) {
    world.may("keep_facts: objects", i, (next) => {
      next.formedGone = next.formationGone = false;
    });
  }
}
