import assert from "node:assert/strict";
import { longestBelow } from "../../../lab/drills/deployment/refresh";
import type { Observation } from "../../../lab/clients/members";

const began = Date.parse("2026-11-23T12:00:00Z");

/** So many healthy voters at a second. */
const seen = (second: number, healthy: number): Observation => ({
  time: new Date(began + second * 1000).toISOString(),
  clusterIds: ["c"],
  members: [0, 1, 2].map((number) => ({
    ...{ id: String(number), name: `i-${number}`, learner: false },
    healthy: number < healthy,
  })),
  leader: "0",
  quorumKept: true,
});

describe("the longest time with fewer healthy voters", () => {
  const longest = (observations: readonly Observation[], endSecond: number) =>
    longestBelow(observations, 3, began + endSecond * 1000);

  it("is that of the longest stretch", () => {
    assert.equal(longest([seen(0, 3), seen(1, 2), seen(2, 3), seen(4, 1), seen(5, 2), seen(8, 3)], 9), 4000);
  });

  it("counts a stretch to the end if nobody saw the end of it", () => {
    assert.equal(longest([seen(0, 3), seen(1, 2), seen(2, 2)], 7), 6000);
    assert.equal(longest([seen(0, 3), seen(1, 2)], 7), 6000);
  });

  it("is none where all were healthy, or nothing was seen", () => {
    assert.equal(longest([seen(0, 3), seen(1, 3)], 7), 0);
    assert.equal(longest([], 7), 0);
  });
});
