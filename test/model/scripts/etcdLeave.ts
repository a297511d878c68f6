import { healthyVoters, known, memberRemove } from "../world/etcd";
import { quorumIsLost, quorumStaysWithout, reachable } from "../world/facts";
import type { Next } from "../state/step";
import { decideAnew, enter, formedCluster, formedRead, isVoter, majorityOf, type Node } from "../state/state";

/** The steps of lifecycle-watch and etcd-leave on node `i`. */
export function etcdLeave(world: Next, i: number): void {
  const { state } = world;
  const node = state.nodes[i];
  if (!node.terminating) return;
  switch (node.leave) {
    case "no":
      world.may("lifecycle-watch", i, (next) => (next.nodes[i].leave = "begun"));
      return;
    case "begun":
      leave(world, i);
      return;
    case "removing":
      world.may(
        "remove_member",
        i,
        (next) => {
          const it = next.nodes[i];
          it.leave = "begun";
          const [quorum] = reachable(next, i);
          if (!quorum || !memberRemove(next, quorum, i, world.on("strictReconfiguration"))) serveAgain(it);
        },
        { about: i },
      );
      return;
    case "done":
    case "last":
  }
}

/** leave: one step. */
function leave(world: Next, i: number): void {
  const { state } = world;
  const node = state.nodes[i];
  const answers = reachable(state, i);
  if (answers.length === 0) {
    if (node.unit === "off") world.may("serve_again", i, (next) => serveAgain(next.nodes[i]));
    // Only if no quorum can come back: the patience of five minutes is long for anything else.
    if (!node.cut && (formedCluster(state) < 0 || quorumIsLost(state)))
      world.may("leave: gives up", i, (next) => (next.nodes[i].leave = "last"));
  }
  for (const quorum of answers) {
    const list = known(state, quorum);
    if (list[i] === 0 && world.on("leavingJoinsNot") && node.unit !== "off") {
      world.may("stop_serving", i, (next) => stopServing(next.nodes[i]));
    } else if (list[i] === 0) {
      world.may("leave: no member", i, (next) => (next.nodes[i].leave = "done"));
    } else if (list.every((entry, j) => entry === 0 || j === i)) {
      world.may("leave: the last member", i, (next) => (next.nodes[i].leave = "last"));
    } else if (isVoter(list[i]) && list.filter(isVoter).length === 1 && !world.on("lastVoterStays")) {
      world.may("leave: the last voter", i, (next) => (next.nodes[i].leave = "done"));
    } else if (world.on("leavesOnceFormed") && !node.formedNote && formedRead(state) < 0) {
      // It waits: soon its cluster has formed, or it has no quorum.
    } else if (!isVoter(list[i])) {
      world.may("leave: a learner", i, (next) => (next.nodes[i].leave = "removing"));
    } else if (!world.on("quorumStays") || quorumStaysWithout(state, quorum, i)) {
      // rest_is_quorum: what does not run takes no part in its own removal.
      const others = healthyVoters(state, quorum).filter((each) => each !== i).length;
      const spared = others >= majorityOf(list.filter(isVoter).length) || !world.on("restIsQuorum");
      world.may(spared ? "move_leader, stop_serving" : "move_leader", i, (next) => {
        if (spared) stopServing(next.nodes[i]);
        next.nodes[i].leave = "removing";
      });
    }
  }
}

function stopServing(node: Node): void {
  decideAnew(node);
  enter(node, "off");
}

function serveAgain(node: Node): void {
  if (node.unit === "off") enter(node, "deciding");
}
