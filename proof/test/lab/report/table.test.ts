import assert from "node:assert/strict";
import type { Row } from "../../../lab/report/row";
import { table } from "../../../lab/report/table";

const row: Row = {
  drill: "crash",
  date: "2026-11-23",
  scale: 0.1,
  what: "the leader vanished",
  seconds: 12.34,
  acknowledged: 2000,
  lost: 0,
  failed: 1,
  longestPauseMs: 1234,
  linearizable: true,
  passed: true,
  reasons: [],
  figures: {},
};

describe("the table of drills", () => {
  it("has a line per drill, all columns of one width", () => {
    const lines = table([
      row,
      { ...row, drill: "destroy", seconds: null, longestPauseMs: null, linearizable: null },
    ]).split("\n");
    assert.equal(lines.length, 4);
    assert.equal(new Set(lines.map((line) => line.length)).size, 1);
    assert.match(lines[2], /crash .* 12\.3 s .* 2000 .* 0 .* 1 .* 1234 ms .* yes .* passed/);
  });

  it("shouts what must not be overlooked", () => {
    assert.match(table([{ ...row, linearizable: false, passed: false }]), /NO .*FAILED/);
  });
});
