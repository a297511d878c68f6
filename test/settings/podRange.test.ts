import * as assert from "node:assert/strict";
import { parseSettings } from "../../settings";
import { right } from "./refusal";

const pools = (...sizes: [min: number, max: number][]) =>
  Object.fromEntries(sizes.map(([min, max], i) => [`pool-${i}`, { min, max }]));

/** Each node has a /24 of its own: https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/ */
const fits: [title: string, settings: Record<string, unknown>][] = [
  [
    "one controller and one worker, each beside its successor",
    { podCidr: "10.244.0.0/22", controlPlane: { size: 1 }, workerPools: pools([1, 1]) },
  ],
  ["three controllers and a fourth, two workers and a third", { podCidr: "10.244.0.0/21" }],
  ["a large pool and a tenth more", { workerPools: pools([10, 229]) }],
  ["a pool that may be empty, twice", { workerPools: pools([0, 126]) }],
];
const doesNotFit: [title: string, settings: Record<string, unknown>, room: number, nodes: number][] = [
  [
    "one controller and two workers, with a successor of each",
    { podCidr: "10.244.0.0/22", controlPlane: { size: 1 }, workerPools: pools([2, 2]) },
    4,
    5,
  ],
  ["a large pool and a tenth more", { workerPools: pools([10, 230]) }, 256, 257],
  ["a pool that may be empty, twice", { workerPools: pools([0, 127]) }, 256, 258],
  ["five controllers and a sixth", { controlPlane: { size: 5 }, workerPools: pools([10, 229]) }, 256, 257],
];

describe("The pods' range needs room for all nodes that exist during a replacement:", () => {
  for (const [title, settings] of fits) {
    it(title, () => assert.doesNotThrow(() => parseSettings({ ...right, ...settings })));
  }
  for (const [title, settings, room, nodes] of doesNotFit) {
    it(`${title} is refused: ${nodes} nodes do not fit in the room for ${room}`, () => {
      assert.throws(
        () => parseSettings({ ...right, ...settings }),
        new RegExp(
          `has room for ${room} nodes .* up to ${nodes} exist while nodes are replaced: use smaller pools; a new cluster can also use a larger range$`,
        ),
      );
    });
  }
});
