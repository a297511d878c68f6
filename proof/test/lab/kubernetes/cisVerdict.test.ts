import { deepEqual, equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { ownChecks } from "../../../lab/drills/security/cisChecks";
import { openPoints, problemsOf, totals, type Scanned } from "../../../lab/drills/security/cisVerdict";
import { findings, type Finding } from "../../../lab/kubernetes/kubeBench";

const finding = (id: string, state: Finding["state"] = "PASS"): Finding => ({
  ...{ id, state },
  text: `Ensure ${id}`,
  actual: "permissions=644",
});

/** A worker with all its recommendations, which pass but for these. */
const worker = (...others: Finding[]): Scanned => {
  const all = Array.from({ length: 25 }, (_, index) => finding(`4.1.${index + 1}`));
  const changed = all.map((one) => others.find(({ id }) => id === one.id) ?? one);
  return { node: "worker i-1", role: "worker", findings: changed };
};

describe("The verdict over the CIS benchmark", () => {
  it("has nothing against nodes that pass, or are left open where the document says so", () => {
    deepEqual(problemsOf([worker()], []), []);
    deepEqual(problemsOf([worker(finding("4.1.3", "WARN")), worker()], ["4.1.3"]), []);
  });

  it("tells what fails, even if it is listed, and what is left open and not listed", () => {
    deepEqual(problemsOf([worker(finding("4.1.3", "FAIL"), finding("4.1.4", "WARN"))], []), [
      "worker i-1: 4.1.3 Ensure 4.1.3: FAIL, seen: permissions=644",
      "worker i-1: 4.1.4 Ensure 4.1.4: WARN, seen: permissions=644",
    ]);
    equal(
      problemsOf([worker(finding("4.1.3", "FAIL"))], ["4.1.3"])[0],
      "worker i-1: 4.1.3 Ensure 4.1.3: FAIL, seen: permissions=644",
    );
  });

  it("tells what is listed and not open any more", () => {
    deepEqual(problemsOf([worker()], ["4.1.3"]), ["4.1.3 is listed as open, and no node has a WARN for it"]);
  });

  it("tells of recommendations that the scanner left out", () => {
    const { findings: all, ...rest } = worker();
    deepEqual(problemsOf([{ ...rest, findings: all.slice(1) }], []), [
      "worker i-1: section 4 has 24 recommendations, not 25",
    ]);
    equal(problemsOf([{ ...worker(), role: "controller" }], []).length, 3);
  });

  it("is counted", () => {
    equal(totals([finding("1.1.1"), finding("1.1.2", "WARN"), finding("1.1.3")]), "2 PASS, 0 FAIL, 1 WARN");
  });
});

describe("The scanner's report", () => {
  it("is read with what was seen, or why nothing was", () => {
    const results = [
      { test_number: "2.1", test_desc: "one", status: "PASS", actual_value: "--cert-file=a", reason: "" },
      { test_number: "3.1.1", test_desc: "two", status: "WARN", actual_value: "", reason: "manual" },
    ];
    deepEqual(findings(JSON.stringify({ Controls: [{ tests: [{ results }] }] })), [
      { id: "2.1", text: "one", state: "PASS", actual: "--cert-file=a" },
      { id: "3.1.1", text: "two", state: "WARN", actual: "manual" },
    ]);
  });
});

describe("The recommendations left open", () => {
  const document = readFileSync(path.join(__dirname, "../../../../docs/security.md"), "utf8");
  const open = openPoints(document);

  it("are the rows of tables that begin with a number", () => {
    deepEqual(openPoints("| id | a |\n|---|---|\n| 1.2.9  | x |\n| 10 | y |\n1.2.3 is met\n"), ["1.2.9"]);
    ok(open.includes("1.2.1"));
    equal(new Set(open).size, open.length);
  });

  it("are looked at by a check of our own each, but for the one that is up to people", () => {
    const looked = ownChecks.map(({ id }) => id);
    deepEqual(
      open.filter((id) => !looked.includes(id)),
      ["3.1.1"],
    );
  });
});
