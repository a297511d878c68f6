import { known, memberRemove, quorums } from "./etcd";
import { refused, type Next } from "./step";
import { booted, decideAnew, formedCluster, lives, wantedOf, without } from "./state";

/** What stops once faults have stopped. */
export function faults(world: Next): void {
  const { state, setting } = world;
  const { crash, cut, restart, terminate, surplus, removal, disk } = state.faults;
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
