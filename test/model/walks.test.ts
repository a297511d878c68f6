import fc from "fast-check";
import assert from "node:assert/strict";
import { steps } from "./checker";
import { noFaults, told } from "./exploration";
import { quorumIsLost } from "./world/facts";
import { isWhole } from "./properties";
import { nothingYet, type State } from "./state/state";
import type { Setting, Step } from "./state/step";

const deep = process.env.MODEL === "deep";

/** Where there are too many states to visit them all: at random, and then on, without faults, until all is well. */
describe("the membership protocol, in random walks", function () {
  this.timeout(3_600_000);

  const worlds = [
    { size: 3, room: 7, faults: { crash: 2, cut: 2, restart: 3, terminate: 1, surplus: 1, removal: 1 } },
    { size: 5, room: 9, faults: { crash: 2, cut: 2, restart: 3, terminate: 1, surplus: 1, removal: 1 } },
  ];
  for (const { size, room, faults } of worlds) {
    it(`of ${size} reaches ${size} healthy voters from any state`, function () {
      const setting: Setting = { size, stalls: 3, without: [] };
      const runs = deep ? 20_000 : 150;
      let taken = 0;
      let lost = 0;
      fc.assert(
        fc.property(fc.array(fc.nat(), { minLength: 20, maxLength: 200 }), fc.nat(), (choices, seed) => {
          let state: State = nothingYet(size, room, { ...noFaults, ...faults });
          const trace: Step[] = [];
          const take = (possible: Step[], choice: number) => {
            const step = possible[choice % possible.length];
            trace.push(step);
            if (step.next.violation) assert.fail(`${step.next.violation}\n${told(trace)}`);
            state = step.next;
          };
          for (const choice of choices) {
            const possible = steps(state, setting);
            if (possible.length > 0) take(possible, choice);
          }
          const random = generator(seed);
          for (let n = 0; !isWhole(state, size) && !quorumIsLost(state); n++) {
            const possible = steps(state, setting).filter(({ fault }) => !fault);
            if (possible.length === 0 || n === 20_000) assert.fail(`it comes to no good end\n${told(trace)}`);
            take(possible, random());
          }
          taken += trace.length;
          if (quorumIsLost(state)) lost++;
        }),
        { numRuns: runs },
      );
      assert.ok(lost < runs / 2, `in ${lost} of ${runs} runs the quorum was lost`);
      this.test!.title += `: ${runs} walks, ${taken} steps, the quorum lost in ${lost}`;
    });
  }
});

/** Whole numbers that follow from `seed`: a linear congruence, its low bits left out. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 8;
}
