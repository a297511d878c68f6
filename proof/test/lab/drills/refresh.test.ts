import assert from "node:assert/strict";
import { longestBelow } from "../../../lab/drills/deployment/refresh";
import { longestTerminateHook } from "../../../lab/drills/deployment/terminateHook";
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

describe("the longest terminate hook", () => {
  const event = (type: string, EC2InstanceId: string, second: number) => ({
    event: {
      ...{ id: `${type} ${EC2InstanceId}`, source: "aws.autoscaling", "detail-type": type },
      ...{ time: new Date(began + second * 1000).toISOString(), detail: { EC2InstanceId } },
    },
    deliveries: [],
  });
  const hook = "EC2 Instance-terminate Lifecycle Action";
  const gone = "EC2 Instance Terminate Successful";

  it("is that of the instance which took longest from its hook to its end", () => {
    const events = [event(hook, "i-1", 0), event(hook, "i-2", 100), event(gone, "i-1", 80)];
    assert.equal(longestTerminateHook([...events, event(gone, "i-2", 190)], ["i-1", "i-2"]), 90);
  });

  it("is unknown while an instance is not gone", () => {
    assert.throws(
      () => longestTerminateHook([event(hook, "i-1", 0)], ["i-1"]),
      /no "EC2 Instance Terminate Successful" of i-1/,
    );
  });
});
