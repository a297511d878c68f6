import { aws } from "./world/aws";
import { etcdLeave } from "./scripts/etcdLeave";
import { etcdPromote } from "./scripts/etcdPromote";
import { etcdReconcile } from "./scripts/etcdReconcile";
import { faults } from "./world/faults";
import { client, isWhole, whatIsWrong } from "./properties";
import { canonical } from "./state/canonical";
import { etcdMembership } from "./scripts/etcdMembership";
import { settle } from "./world/etcd";
import { quorumIsLost } from "./world/facts";
import { forget } from "./state/forget";
import { type State } from "./state/state";
import { Next, type Setting, type Step } from "./state/step";

/** All that may come next. */
export function steps(state: State, setting: Setting): Step[] {
  const world = new Next(state, setting);
  state.nodes.forEach(({ instance }, i) => {
    if (instance !== "runs") return;
    etcdMembership(world, i);
    etcdPromote(world, i);
    etcdReconcile(world, i);
    etcdLeave(world, i);
  });
  client(world);
  aws(world);
  faults(world);
  const before = stalled(state);
  return world.steps.filter(({ next }) => {
    settle(next);
    forget(next);
    next.violation = whatIsWrong(next);
    const after = stalled(next);
    return after <= setting.stalls || after <= before;
  });
}

const holdsFacts = new Set([
  "asking-ec2",
  "wiping",
  "creating",
  "starting-new",
  "starting-existing",
  "removing-lost-self",
  "removing-gone",
]);

/** How many scripts hold facts that may go out of date. */
function stalled({ nodes }: State): number {
  let count = 0;
  for (const { unit, recording, removing, leave } of nodes)
    count +=
      Number(holdsFacts.has(unit)) + Number(recording) + Number(removing >= 0) + Number(leave === "removing");
  return count;
}

/** What came of an exploration. */
export interface Result {
  readonly states: number;
  readonly transitions: number;
  /** Steps from the beginning to the farthest state. */
  readonly depth: number;
  readonly seconds: number;
  /** False if `limit` states were not enough. */
  readonly complete: boolean;
  /** The shortest way to something wrong, and what that is. */
  readonly found?: { readonly what: string; readonly trace: Step[] };
}

/**
 * Visits every state that can be reached, those that are near first, until one is wrong or `limit` are known.
 *
 * Progress is checked last: from every state a whole group must be reachable by steps that are no faults. As this is asked
 * of every state, also of those on the way, no bottom component of the graph of such steps is without a whole group, and
 * that is where every fair continuation ends.
 */
export function explore(begin: State, setting: Setting, limit: number): Result {
  const since = performance.now();
  const indices = new Map<string, number>([[canonical(begin), 0]]);
  let frontier: State[] = [begin];
  let first = 0;
  const parents = [-1];
  const good: number[] = [];
  const from: number[] = [];
  const to: number[] = [];
  let transitions = 0;
  let depth = 0;
  const result = (found?: { what: string; state: number; last?: Step }): Result => ({
    states: indices.size,
    transitions,
    depth,
    seconds: (performance.now() - since) / 1000,
    complete: indices.size < limit,
    found: found && { what: found.what, trace: traceTo(found.state, found.last) },
  });

  const traceTo = (index: number, last?: Step): Step[] => {
    const texts = [...indices.keys()];
    const way: string[] = [];
    for (let at = index; at > 0; at = parents[at]) way.unshift(texts[at]);
    let state = begin;
    const trace = way.map((text) => {
      const step = steps(state, setting).find(({ next }) => canonical(next) === text)!;
      state = step.next;
      return step;
    });
    if (last)
      trace.push(
        steps(state, setting).find(
          (step) => step.next.violation === last.next.violation || step.next.violation,
        )!,
      );
    return trace;
  };

  while (frontier.length > 0 && indices.size < limit) {
    const following: State[] = [];
    for (let n = 0; n < frontier.length; n++) {
      const index = first + n;
      const state = frontier[n];
      if (quorumIsLost(state) || isWhole(state, setting.size)) good.push(index);
      for (const step of steps(state, setting)) {
        transitions++;
        if (step.next.violation) return result({ what: step.next.violation, state: index, last: step });
        const text = canonical(step.next);
        let known = indices.get(text);
        if (known === undefined) {
          known = indices.size;
          indices.set(text, known);
          parents.push(index);
          following.push(step.next);
        }
        if (!step.fault) {
          from.push(index);
          to.push(known);
        }
      }
    }
    first += frontier.length;
    frontier = following;
    depth++;
  }
  if (frontier.length > 0) return result();
  const stuck = cannotReach(good, from, to, indices.size);
  return result(stuck < 0 ? undefined : { what: "no whole group can be reached any more", state: stuck });
}

/** The first state from which no good one can be reached; -1 if there is none. */
function cannotReach(good: number[], from: number[], to: number[], states: number): number {
  const offsets = new Int32Array(states + 1);
  for (const target of to) offsets[target + 1]++;
  for (let i = 0; i < states; i++) offsets[i + 1] += offsets[i];
  const sources = new Int32Array(from.length);
  const fill = offsets.slice();
  from.forEach((source, edge) => (sources[fill[to[edge]]++] = source));
  const reaches = new Uint8Array(states);
  const queue = [...good];
  for (const state of queue) reaches[state] = 1;
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    for (let edge = offsets[state]; edge < offsets[state + 1]; edge++) {
      if (reaches[sources[edge]]) continue;
      reaches[sources[edge]] = 1;
      queue.push(sources[edge]);
    }
  }
  return reaches.indexOf(0);
}
