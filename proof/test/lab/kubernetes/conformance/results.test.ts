import { deepEqual } from "node:assert/strict";
import { resultsOf, summary, type Result } from "../../../../lab/kubernetes/conformance/results";

describe("Results of conformance specs", () => {
  const spec = (text: string, State: string, Failure?: { Message: string }) => ({
    ...{ ContainerHierarchyTexts: ["[sig-a] Pods"], LeafNodeType: "It", LeafNodeText: text },
    ...{ State, RunTime: 1_240_000_000, Failure },
  });
  const setUp = {
    ...spec("", "passed"),
    ContainerHierarchyTexts: null,
    LeafNodeType: "SynchronizedBeforeSuite",
  };

  it("are those of the specs that were to run, with the words of the test", () => {
    const reports = [
      { SpecReports: [setUp, spec("run", "passed"), spec("are not asked for", "passed")] },
      {
        SpecReports: [
          spec("end", "timedout", { Message: "too late" }),
          spec("swap", "skipped", { Message: "no" }),
        ],
      },
    ];
    const names = ["run", "end", "swap"].map((text) => `[sig-a] Pods ${text}`);
    deepEqual(
      resultsOf(names, reports).map(({ state, seconds, reason }) => [state, seconds, reason]),
      [
        ["passed", 1.2, ""],
        ["failed", 1.2, "too late"],
        ["skipped", 1.2, "no"],
      ],
    );
  });

  it("count as failed where a spec did not run", () => {
    // Ginkgo says `skipped` of what its filters leave out, and of what an earlier failure stopped.
    const [absent, filtered] = resultsOf(
      ["[sig-a] Pods fly", "[sig-a] Pods run"],
      [{ SpecReports: [spec("run", "skipped")] }],
    );
    deepEqual([absent?.state, filtered?.state], ["failed", "failed"]);
  });

  it("are counted by group, with what did not run", () => {
    const result = (name: string, state: Result["state"]): Result => ({
      name,
      state,
      seconds: 2.3,
      reason: "why",
    });
    const results = [
      result("[sig-b] x", "passed"),
      result("[sig-a] x", "skipped"),
      result("[sig-b] y", "failed"),
    ];
    deepEqual(summary(results, ["[sig-a] x", "[sig-b] x", "[sig-b] y", "[sig-b] z", "[sig-c] x"]), {
      counts: [
        { sig: "sig-a", passed: 0, failed: 0, skipped: 1, notRun: 0, seconds: 2 },
        { sig: "sig-b", passed: 1, failed: 1, skipped: 0, notRun: 1, seconds: 5 },
      ],
      skipped: [{ name: "[sig-a] x", reason: "why" }],
    });
  });
});
