import assert from "node:assert/strict";
import type { Member, Observation } from "../../../lab/clients/members";
import { spans, timelineSvg } from "../../../lab/report/timeline";

const second = (n: number) => new Date(Date.UTC(2026, 10, 23, 12, 0, n)).toISOString();
const member = (id: string, changes: Partial<Member> = {}): Member => ({
  id,
  name: `i-${id}`,
  learner: false,
  healthy: true,
  ...changes,
});
const seen = (time: number, members: Member[], leader = "a"): Observation => ({
  time: second(time),
  clusterIds: ["c"],
  members,
  leader,
  quorumKept: true,
});

describe("the timeline of a drill", () => {
  const observations = [
    seen(0, [member("a"), member("b")]),
    seen(1, [member("a"), member("b")]),
    seen(2, [member("a", { healthy: false }), member("b")], ""),
    seen(3, [member("b"), member("c", { learner: true })], "b"),
    seen(5, [member("b"), member("c")], "b"),
  ];

  it("has one span for as long as a member stays what it is", () => {
    assert.deepEqual(
      spans(observations).map(
        ({ member: name, state, from, to }) => `${name} ${state} ${(to - from) / 1000}`,
      ),
      ["i-a leader 2", "i-a unhealthy 1", "i-b voter 3", "i-b leader 2", "i-c learner 2", "i-c voter 0"],
    );
  });

  it("is a picture with a row per member, every mark and every pause", () => {
    const svg = timelineSvg({
      title: "crash <1>",
      observations,
      marks: [{ time: second(2), what: "i-a vanishes" }],
      pauses: [{ at: second(4), ms: 1200 }],
    });
    assert.match(svg, /^<svg /);
    for (const name of ["i-a", "i-b", "i-c", "writes"]) assert.match(svg, new RegExp(`>${name}</text>`));
    assert.match(svg, /1\. 2\.0 s: i-a vanishes/);
    assert.match(svg, /no acknowledged write for 1200 ms/);
    assert.match(svg, /crash &lt;1&gt;/);
  });
});
