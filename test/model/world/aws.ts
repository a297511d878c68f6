import { quorumIsLost } from "./facts";
import type { Next } from "../state/step";
import { booted, lives, wantedOf, without } from "../state/state";

/** What EC2, Auto Scaling and the discovery function do, sooner or later. */
export function aws(world: Next): void {
  const { state, setting } = world;
  const wanted = wantedOf(state);
  if (state.foreign) world.may("the object is this cluster's again", -1, (next) => (next.foreign = false));
  const free = state.nodes.findIndex(({ instance }) => instance === "none");

  state.nodes.forEach((node, i) => {
    if (node.instance === "dead") {
      world.may("ec2: terminated", i, (next) => (next.nodes[i] = without("gone", node.inZone)));
    }
    // Each record for itself, in any order, at any time: late, partial and repeated events, failed passes.
    if (node.instance === "runs" && !node.inZone)
      world.may("lambda: adds", i, (next) => (next.nodes[i].inZone = true));
    if (node.instance === "gone" && node.inZone)
      world.may("lambda: removes", i, (next) => (next.nodes[i].inZone = false));
    if (node.cut) world.may("mend", i, (next) => (next.nodes[i].cut = false));
    if (node.leave === "done" || node.leave === "last") {
      world.may("complete_terminate_hook", i, (next) => {
        const before = quorumIsLost(next);
        next.nodes[i] = without("gone", node.inZone);
        if (node.leave === "done" && !before && quorumIsLost(next))
          next.violation = `node ${i} has left as if it were not needed, and the quorum is lost with it`;
      });
    }
    if (lives(state, i) && !node.terminating && wanted > setting.size) {
      world.may("auto scaling: scales in", i, (next) => (next.nodes[i].terminating = true));
    }
  });
  if (wanted < setting.size && free >= 0) {
    world.may("auto scaling: launches", free, (next) => (next.nodes[free] = booted()));
  }
}
