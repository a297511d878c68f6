import { deepEqual, equal } from "node:assert/strict";
import rows from "../../../bench/drills.json";
import { drillNames } from "../../../lab/drills";
import { nameOf } from "../../../lab/report/row";

describe("The published rows of drills", () => {
  const names = rows.map(({ drill }) => drill);

  it("are of drills that exist; a new drill gets its row with the next release", () => {
    deepEqual(
      names.filter((name) => !drillNames.includes(name)),
      [],
    );
  });

  it("are one for each drill and mood", () => equal(new Set(rows.map(nameOf)).size, rows.length));

  it("are of drills that passed", () => {
    deepEqual(
      rows.filter(({ passed }) => !passed).map(({ drill, reasons }) => [drill, ...reasons]),
      [],
    );
  });
});
