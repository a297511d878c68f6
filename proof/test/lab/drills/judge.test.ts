import assert from "node:assert/strict";
import type { Drill } from "../../../lab/drills/drill";
import { judge, slownesses } from "../../../lab/drills/run";
import type { Verdict } from "../../../lab/clients/load";
import type { Observation } from "../../../lab/clients/members";

const drill: Drill = {
  name: "crash",
  kubernetes: "standIn",
  size: 3,
  limits: { seconds: 20, longestPauseMs: 1000, failed: 0 },
  run: () => Promise.reject(new Error("not run here")),
};
const verdict: Verdict = {
  linearizable: true,
  acknowledged: 1000,
  sentAgain: 3,
  failed: 0,
  unknown: 0,
  lost: 0,
  longestPauseMs: 900,
  pauses: [],
};
const observation: Observation = {
  time: "2026-11-23T12:00:00Z",
  clusterIds: ["c"],
  members: [],
  leader: "",
  quorumKept: true,
};

describe("a drill", () => {
  it("has passed if everything held", () => {
    assert.deepEqual(judge(drill, verdict, [observation]), []);
  });

  const failures: [what: string, change: Partial<Verdict>, reason: RegExp][] = [
    ["a lost write", { lost: 1 }, /1 acknowledged writes are lost/],
    ["a log that nobody read back", { lost: null }, /not read back/],
    ["a history with no order", { linearizable: false }, /linearizable: false/],
    ["a history that was not judged in time", { linearizable: "unknown" }, /linearizable: unknown/],
    ["a write that was refused", { failed: 1 }, /failed writes: 1/],
    ["a write without an answer", { unknown: 1 }, /failed writes: 1/],
    ["clients that never wrote", { acknowledged: 0 }, /no write was acknowledged/],
  ];
  for (const [what, change, reason] of failures) {
    it(`has not passed with ${what}`, () => {
      const reasons = judge(drill, { ...verdict, ...change }, [observation]);
      assert.equal(reasons.length, 1);
      assert.match(reasons[0] ?? "", reason);
    });
  }

  it("is slow by each time above its limit, and by no other", () => {
    const limits = { seconds: 20, longestPauseMs: 1000, voterUnhealthyMs: 500 };
    const times = { seconds: 21, longestPauseMs: 1000, voterUnhealthyMs: null, longestGapMs: 9000 };
    assert.deepEqual(slownesses(limits, times), [{ what: "seconds to healthy", value: 21, limit: 20 }]);
    const late = { seconds: 20, longestPauseMs: 1001, voterUnhealthyMs: 501, longestGapMs: undefined };
    assert.deepEqual(
      slownesses(limits, late).map(({ what, value }) => `${what} ${value}`),
      ["longest pause in ms 1001", "ms with a voter not healthy 501"],
    );
  });

  it("has not passed if a removal cost the quorum, or the observer saw what must never be", () => {
    const seen = { ...observation, quorumKept: false, problems: ["more than one cluster id: a, b"] };
    assert.deepEqual(judge(drill, verdict, [observation, seen, seen]), [
      "a removal left fewer healthy voters than a majority",
      "more than one cluster id: a, b",
    ]);
  });

  it("may lose writes only where the quorum was taken away", () => {
    assert.deepEqual(judge({ ...drill, takesQuorum: true }, { ...verdict, lost: 7 }, []), []);
  });
});
