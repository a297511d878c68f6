import { deepEqual } from "node:assert/strict";
import { conformanceLines } from "../../../lab/report/conformance";
import type { Row } from "../../../lab/report/row";

describe("The report of conformance tests", () => {
  const row = { drill: "conformance-apps" } as Row;
  const count = { sig: "sig-apps", passed: 50, failed: 1, skipped: 1, notRun: 2, seconds: 700 };

  it("is empty where no drill ran them", () => deepEqual(conformanceLines([row]), []));

  it("has a line per group, and each spec that the tests skipped", () => {
    const conformance = { counts: [count], skipped: [{ name: "[sig-apps] Job", reason: "no Linux" }] };
    const lines = conformanceLines([{ ...row, conformance }]).join("\n");
    deepEqual(lines.match(/\| conformance-apps .*/g), [
      "| conformance-apps | sig-apps | 50     | 1      | 1       | 2       | 700              |",
    ]);
    deepEqual(lines.match(/- .*/g)?.at(-1), "- [sig-apps] Job: no Linux");
  });
});
