import { deepEqual } from "node:assert/strict";
import rows from "../../../bench/drills.json";
import { drills } from "../../../lab/drills";

describe("The rows of drills", () => {
  it("are one of each drill, and of no other", () => {
    const names = [
      ...new Set(
        Object.values(drills)
          .flat()
          .map(({ name }) => name),
      ),
    ];
    deepEqual(rows.map(({ drill }) => drill).sort(), names.sort());
  });

  it("are of drills that passed", () => {
    deepEqual(
      rows.filter(({ passed }) => !passed).map(({ drill, reasons }) => [drill, ...reasons]),
      [],
    );
  });
});
