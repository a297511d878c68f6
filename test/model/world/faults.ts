import { healthyVoters, known, memberRemove, quorums } from "./etcd";
import { refused, type Next } from "../state/step";
import {
  booted,
  decideAnew,
  formedCluster,
  lives,
  majorityOf,
  wantedOf,
  without,
  type State,
} from "../state/state";

/** What stops once faults have stopped. */
export function faults(world: Next): void {
  const { state, setting } = world;
  const { crash, cut, restart, terminate, surplus, removal, disk, fact } = state.faults;
  const wanted = wantedOf(state);
  const free = state.nodes.findIndex(({ instance }) => instance === "none");
  const fault = true;

  state.nodes.forEach((node, i) => {
    if (!lives(state, i)) return;
    if (crash > 0) {
      world.may(
        "crash",
        i,
        (next) => {
          next.faults.crash--;
          next.nodes[i] = without("dead", node.inZone);
        },
        { fault },
      );
    }
    if (cut > 0 && !node.cut) {
      world.may(
        "cut",
        i,
        (next) => {
          next.faults.cut--;
          next.nodes[i].cut = true;
        },
        { fault },
      );
    }
    if (restart > 0 && !(node.unit === "deciding" && !node.ready)) {
      world.may(
        "restart",
        i,
        (next) => {
          next.faults.restart--;
          // Between its first directory and its first log, etcd may be ended as well.
          if (node.unit === "starting-new" || node.unit === "starting-existing") next.nodes[i].husk = true;
          decideAnew(next.nodes[i]);
          if (node.leave !== "no") next.nodes[i].leave = "begun";
        },
        { fault },
      );
    }
    if (disk > 0 && node.data) {
      world.may(
        "disk lost",
        i,
        (next) => {
          next.faults.disk--;
          next.nodes[i] = { ...booted(), inZone: node.inZone, cut: node.cut, terminating: node.terminating };
        },
        { fault },
      );
    }
    if (terminate > 0 && !node.terminating) {
      world.may(
        "auto scaling: terminates",
        i,
        (next) => {
          next.faults.terminate--;
          next.nodes[i].terminating = true;
        },
        { fault },
      );
    }
  });
  if (fact > 0 && state.acknowledged >= 0) takeFact(world);
  if (surplus > 0 && free >= 0 && wanted === setting.size) {
    world.may(
      "auto scaling: launches one more",
      free,
      (next) => {
        next.faults.surplus--;
        next.nodes[free] = booted();
      },
      { fault },
    );
  }
  if (removal > 0 && formedCluster(state) >= 0) {
    for (const quorum of quorums(state)) {
      known(state, quorum).forEach((entry, i) => {
        if (entry === 0) return;
        world.may(
          "a person removes the member",
          i,
          (next) => {
            next.faults.removal--;
            return memberRemove(next, quorum, i, true) || refused;
          },
          { fault },
        );
      });
    }
  }
}

/**
 * What somebody can take away from a cluster that has acknowledged a write and serves through a quorum of instances in service, and
 * what comes in its place; not in the moment in which a node that has asked long ago still writes a formation.
 */
function takeFact(world: Next): void {
  const { state, setting } = world;
  const serve = quorums(state).some((quorum) => {
    const healthy = healthyVoters(state, quorum);
    return healthy.length >= majorityOf(setting.size) && healthy.every((i) => state.nodes[i].inService);
  });
  if (!serve || state.nodes.some(({ unit }) => unit === "creating")) return;
  const take = (action: string, node: number, change: (next: State) => void) =>
    world.may(
      action,
      node,
      (next) => {
        next.faults.fact--;
        change(next);
      },
      { fault: true },
    );
  if (!state.formedGone) take("a hand deletes the formed object", -1, (next) => (next.formedGone = true));
  if (!state.formationGone) take("a hand deletes the formation", -1, (next) => (next.formationGone = true));
  if (!state.formedGone && !state.formationGone)
    take("a hand deletes both objects", -1, (next) => (next.formationGone = next.formedGone = true));
  if (!state.foreign) take("a later formation is another cluster's", -1, (next) => (next.foreign = true));
  state.nodes.forEach((node, i) => {
    if (!lives(state, i)) return;
    if (node.inZone) take("a hand deletes the records", i, (next) => (next.nodes[i].inZone = false));
    if (node.epochNote > 0) take("a hand deletes etcd-epoch", i, (next) => (next.nodes[i].epochNote = 0));
    if (node.formedNote) take("a hand deletes etcd-formed", i, (next) => (next.nodes[i].formedNote = false));
  });
}
