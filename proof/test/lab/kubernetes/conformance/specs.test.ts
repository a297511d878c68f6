import { deepEqual, equal, throws } from "node:assert/strict";
import { choice, conformanceSpecs, select, sigOf } from "../../../../lab/kubernetes/conformance/specs";

describe("The choice of conformance specs", () => {
  const all = ["[sig-a] one", "[sig-a] two", "[sig-b] two"];
  const leftOut = [{ reason: "it is slow", specs: ["[sig-a] t"] }];

  it("has every spec run or left out with a reason", () => {
    deepEqual(select(all, { short: ["[sig-b]"], leftOut }), {
      all,
      short: ["[sig-b] two"],
      run: ["[sig-a] one", "[sig-b] two"],
      leftOut: [{ reason: "it is slow", specs: ["[sig-a] two"] }],
    });
  });

  it("refuses an entry that is for no spec", () => {
    throws(
      () => select(all, { short: ["[sig-c] one"], leftOut }),
      /no conformance spec begins with "\[sig-c] one"/,
    );
  });

  it("refuses entries that are for the same spec", () => {
    throws(() => select(all, { short: ["[sig-a] two"], leftOut }), /more than one entry is for \[sig-a] two/);
  });

  it("is right for the release that the lab runs", function () {
    this.timeout(300_000); // Go may have to download the sources.
    const selection = select(conformanceSpecs(), choice());
    equal(
      selection.run.length + selection.leftOut.flatMap(({ specs }) => specs).length,
      selection.all.length,
    );
    equal(
      selection.all.every((name) => sigOf(name) !== ""),
      true,
    );
  });
});
