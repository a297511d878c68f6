import assert from "node:assert/strict";
import { traces, type Step as LabStep, type Trace } from "../../../lab/drills/membership/traces";
import { canonical } from "../../../../test/model/state/canonical";
import { explore, steps } from "../../../../test/model/checker";
import { newest, quorums } from "../../../../test/model/world/etcd";
import { noFaults, told } from "../../../../test/model/exploration";
import { isWhole } from "../../../../test/model/properties";
import {
  formedCluster,
  has,
  isVoter,
  nothingYet,
  type Faults,
  type State,
} from "../../../../test/model/state/state";
import type { Setting, Step } from "../../../../test/model/state/step";

const setting: Setting = { size: 3, stalls: 2, without: [] };

/** A way through the model: where it stands, and how it came there. */
interface Way {
  readonly state: State;
  readonly trace: readonly Step[];
  /** The instance that was launched last; the one that was cut off. */
  readonly newcomer?: number;
  readonly cutOff?: number;
  /** The discovery function fails. */
  readonly zoneStands: boolean;
  readonly s3Fails: boolean;
}

/** The shortest way on, without faults, whose last step is one that `wanted` takes. */
function onward(from: Way, what: string, wanted: (step: Step, before: State) => boolean): Way {
  const seen = new Set([canonical(from.state)]);
  for (let frontier = [from]; frontier.length > 0;) {
    const following: Way[] = [];
    for (const way of frontier) {
      for (const step of steps(way.state, setting)) {
        // Without S3's answer a node with data starts with it: the model calls that a delay.
        const starts = step.action === "resume" && way.s3Fails;
        if ((step.fault && !starts) || (way.zoneStands && step.action.startsWith("lambda"))) continue;
        if (step.next.violation) assert.fail(`${step.next.violation}\n${told([...way.trace, step])}`);
        const newcomer = step.action === "auto scaling: launches" ? step.node : way.newcomer;
        const next: Way = { ...way, state: step.next, trace: [...way.trace, step], newcomer };
        if (wanted(step, way.state)) return next;
        const text = canonical(step.next);
        if (seen.has(text)) continue;
        seen.add(text);
        following.push(next);
      }
    }
    frontier = following;
  }
  assert.fail(`the model does not come to: ${what}\n${told(from.trace)}`);
}

/** One fault. */
function strike(way: Way, action: string, node: number): Way {
  const step = steps(way.state, setting).find((each) => each.action === action && each.node === node);
  assert.ok(step, `${action} of node ${node} is no step of the model now\n${told(way.trace)}`);
  return { ...way, state: step.next, trace: [...way.trace, step] };
}

/** What the model calls that which the lab does. */
const actions = {
  vanish: "crash",
  terminate: "auto scaling: terminates",
  cut: "cut",
  mend: "mend",
  "power cycle": "restart",
} as const;

function about(way: Way, who: Extract<LabStep, { who: unknown }>["who"]): number[] {
  const { state } = way;
  const running = state.nodes.flatMap(({ instance }, i) => (instance === "runs" ? [i] : []));
  const formed = formedCluster(state);
  const voters = formed < 0 ? [] : running.filter((i) => isVoter(newest(state, formed)[i]));
  switch (who) {
    case "the leader": // any voter may be it
      return voters.slice(0, 1);
    case "a follower":
      return voters
        .slice(1)
        .filter((i) => i !== way.cutOff)
        .slice(-1);
    case "the one cut off":
      return way.cutOff === undefined ? [] : [way.cutOff];
    case "the newcomer":
      return way.newcomer === undefined ? [] : [way.newcomer];
    case "two of the formation":
      return running.filter((i) => has(state.formations.at(-1) ?? 0, i)).slice(0, 2);
    case "all":
      return running;
  }
}

function follow(way: Way, step: LabStep): Way {
  if ("await" in step) {
    switch (step.await) {
      case "formation":
        return onward(
          way,
          `formation ${step.epoch}`,
          ({ action, about }) => action === step.after && about === step.epoch,
        );
      case "a learner":
      case "a leader":
        return onward(way, step.await, ({ action, next }) =>
          step.await === "a leader" ? quorums(next).length > 0 : action === step.after,
        );
      case "a newcomer":
        return onward(way, step.await, ({ action }) => action === "auto scaling: launches");
    }
  }
  if (!("who" in step)) {
    switch (step.do) {
      case "records stay as they are":
        return { ...way, zoneStands: true };
      case "records follow":
        return { ...way, zoneStands: false };
      case "S3 fails":
        return { ...way, s3Fails: true };
      case "S3 works":
        return { ...way, s3Fails: false };
    }
  }
  const nodes = about(way, step.who);
  assert.ok(nodes.length > 0, `there is nobody who is ${step.who}`);
  const after = nodes.reduce((at, node) => strike(at, actions[step.do], node), way);
  return step.do === "cut" ? { ...after, cutOff: nodes[0] } : after;
}

/** Exactly the faults that the trace has. */
function faultsOf({ steps: all }: Trace): Faults {
  const count = (what: string) =>
    all
      .filter((step) => "who" in step && step.do === what)
      .reduce((sum, step) => {
        const who = "who" in step ? step.who : "all";
        return sum + (who === "all" ? 3 : who === "two of the formation" ? 2 : 1);
      }, 0);
  return {
    ...noFaults,
    crash: count("vanish"),
    terminate: count("terminate"),
    cut: count("cut"),
    restart: count("power cycle"),
  };
}

describe("the traces that the lab replays", function () {
  this.timeout(600_000);

  for (const trace of traces) {
    it(`are the model's: ${trace.name}`, function () {
      const begin = nothingYet(3, 6, faultsOf(trace));
      let way: Way = { state: begin, trace: [], zoneStands: false, s3Fails: false };
      if (trace.begin === "three healthy voters")
        way = onward(way, trace.begin, ({ next }) => isWhole(next, 3));
      for (const step of trace.steps) way = follow(way, step);

      const { found, states, complete } = explore(way.state, setting, 1_000_000);
      if (found) assert.fail(`${found.what}\n${told([...way.trace, ...found.trace])}`);
      assert.ok(complete);
      const end = onward(way, "a whole group", ({ next }) => isWhole(next, 3));
      assert.ok(end.trace.length > trace.steps.length, "so many steps of the model are behind it");
      this.test!.title += ` (${end.trace.length} steps; whatever comes after the faults, ${states} states)`;
    });
  }
});
