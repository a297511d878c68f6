import assert from "node:assert/strict";
import { exploration, told, type World } from "../../../test/model/exploration";

/** `states`: the least number of states, so that a model without progress is noticed. */
type Exhaustive = World & { readonly states: number };

const always: Exhaustive[] = [
  { size: 1, room: 3, faults: { terminate: 1, surplus: 1 }, states: 20_000 },
  { size: 1, room: 2, faults: { surplus: 1, cut: 1, restart: 1 }, states: 1_000 },
  { size: 3, room: 4, faults: { crash: 1, restart: 1 }, states: 5_000 },
  { size: 3, room: 4, faults: { crash: 1, cut: 1 }, states: 5_000 },
  { size: 3, room: 4, faults: { surplus: 1 }, states: 5_000 },
  { size: 3, room: 4, faults: { terminate: 1 }, states: 5_000 },
  { size: 3, room: 4, faults: { removal: 1, cut: 1, restart: 1 }, states: 5_000 },
  { size: 5, room: 6, faults: { crash: 1 }, states: 5_000 },
  { size: 1, room: 2, faults: { surplus: 1, restart: 1, fact: 1 }, states: 5_000 },
  { size: 3, room: 4, faults: { crash: 1, fact: 1 }, states: 5_000 },
];

const deep: Exhaustive[] = [
  { size: 1, room: 3, faults: { terminate: 1, surplus: 1, restart: 1 }, states: 50_000 },
  { size: 3, room: 5, faults: { crash: 2 }, states: 50_000 },
  { size: 3, room: 5, faults: { crash: 2 }, stalls: 3, states: 50_000 },
  { size: 3, room: 5, faults: { crash: 2, restart: 1 }, states: 200_000 },
  { size: 3, room: 5, faults: { crash: 1, surplus: 1 }, states: 200_000 },
  { size: 3, room: 5, faults: { crash: 1, terminate: 1 }, states: 200_000 },
  { size: 3, room: 5, faults: { terminate: 2 }, states: 500_000 },
  { size: 3, room: 4, faults: { crash: 1, cut: 1, restart: 1 }, stalls: 3, states: 50_000 },
  { size: 3, room: 4, faults: { surplus: 1, cut: 1, restart: 1 }, states: 100_000 },
  { size: 5, room: 6, faults: { crash: 1, cut: 1 }, states: 50_000 },
  { size: 5, room: 6, faults: { surplus: 1 }, states: 50_000 },
  { size: 5, room: 7, faults: { crash: 2 }, states: 200_000 },
];

describe("the membership protocol, in every state", function () {
  this.timeout(3_600_000);

  for (const world of process.env.MODEL === "deep" ? [...always, ...deep] : always) {
    const { size, faults, stalls, states } = world;
    const budget = Object.entries(faults).map(([name, times]) => `${times} ${name}`);
    const scripts = stalls === undefined ? "" : `, ${stalls} scripts at once`;
    it(`of ${size}, with ${budget.join(", ")}${scripts}`, function () {
      const result = exploration(world);
      assert.ok(!result.found, result.found && `${result.found.what}\n${told(result.found.trace)}`);
      assert.ok(result.complete, "not every state was visited");
      assert.ok(result.states >= states, `${result.states} states are too few to believe`);
      const { transitions, depth, seconds } = result;
      this.test!.title += `: ${result.states} states, ${transitions} steps, ${depth} deep, ${seconds.toFixed(1)} s`;
    });
  }
});
