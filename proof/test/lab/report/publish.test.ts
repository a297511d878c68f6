import { deepEqual, equal, match, throws } from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Run } from "../../../lab/drills/run";
import { newest, publish } from "../../../lab/report/publish";
import { keepResult } from "../../../lab/report/results";
import type { Row } from "../../../lab/report/row";

const row = (drill: string, seconds: number, passed = true): Row => ({
  ...{ drill, seconds, passed, date: "2026-11-30", scale: 0.1, what: "the leader vanished", acknowledged: 1 },
  ...{ lost: 0, failed: 0, longestPauseMs: 1, linearizable: true, reasons: [], figures: {} },
});
const run = (...about: Parameters<typeof row>): Run => ({
  row: row(...about),
  ...{ marks: [], observations: [], pauses: [] },
});

describe("make lab ARGS=publish", () => {
  let project: string;
  let labFolder: string;
  const bench = () => path.join(project, "proof/bench/drills.json");
  const rows = () => JSON.parse(readFileSync(bench(), "utf8")) as Row[];
  const document = () => readFileSync(path.join(project, "docs/drills.md"), "utf8");

  beforeEach(() => {
    project = mkdtempSync(path.join(tmpdir(), "publish-"));
    labFolder = path.join(project, ".lab");
    for (const folder of [path.dirname(bench()), path.join(project, "docs")])
      mkdirSync(folder, { recursive: true });
    writeFileSync(bench(), JSON.stringify([row("form-3", 1), row("gone", 2)]));
  });
  afterEach(() => rmSync(project, { recursive: true }));

  it("takes the newest result of each drill, and drops rows of drills that are no more", () => {
    keepResult(labFolder, run("crash", 9));
    keepResult(labFolder, run("crash", 11));
    keepResult(labFolder, run("other", 1));
    const taken = publish({ project, labFolder, drills: ["form-3", "crash", "roll"] });
    deepEqual(
      taken.map(({ drill }) => drill),
      ["crash"],
    );
    deepEqual(
      rows().map(({ drill, seconds }) => [drill, seconds]),
      [["form-3", 1], ["crash", 11]], // prettier-ignore
    );
  });

  it("writes the page with the pictures, and names the drills without a result", () => {
    keepResult(labFolder, run("crash", 11));
    publish({ project, labFolder, drills: ["form-3", "crash", "roll"] });
    match(document(), /\| crash .* 11\.0 s /);
    match(document(), /!\[timeline of crash\]\(drill-crash\.svg\)/);
    match(readFileSync(path.join(project, "docs/drill-crash.svg"), "utf8"), /^<svg /);
    match(document(), /^Drills without a result yet: roll\.$/m);
  });

  it("refuses the result of a drill that passed by a raised LAB_LIMITS alone", () => {
    const slow = { ...run("roll", 1), row: { ...row("roll", 1), slow: ["seconds to healthy: 28"] } };
    keepResult(labFolder, slow);
    throws(() => publish({ project, labFolder, drills: ["roll"] }), /above their limits: roll;/);
  });

  it("has a table for each mood of the local AWS, and a row in one replaces none in another", () => {
    keepResult(labFolder, run("form-3", 3));
    keepResult(labFolder, { ...run("form-3", 140), row: { ...row("form-3", 140), mood: "worst" } });
    publish({ project, labFolder, drills: ["form-3"] });
    deepEqual(
      rows().map(({ drill, mood, seconds }) => [drill, mood, seconds]),
      [["form-3", undefined, 3], ["form-3", "worst", 140]], // prettier-ignore
    );
    const [instant, worst] = document().split("in the mood `worst`");
    match(instant ?? "", /\| form-3 .* 3\.0 s /);
    match(worst ?? "", /\| form-3 .* 140\.0 s /);
  });

  it("tells how to run again what did not pass, in the mood that it ran in", () => {
    keepResult(labFolder, run("crash", 1, false));
    keepResult(labFolder, { ...run("roll", 1), row: { ...row("roll", 1, false), mood: "worst" } });
    throws(
      () => publish({ project, labFolder, drills: ["crash", "roll"] }),
      /crash, roll\.worst; run them again by `make lab ARGS='crash'; LOCAL_AWS_MOOD=worst make lab ARGS='roll'`/,
    );
  });

  it("refuses the result of a drill that did not pass, and then changes nothing", () => {
    const before = readFileSync(bench(), "utf8");
    keepResult(labFolder, run("crash", 11));
    keepResult(labFolder, run("roll", 11, false));
    throws(
      () => publish({ project, labFolder, drills: ["form-3", "crash", "roll"] }),
      /these drills did not pass or were above their limits: roll; run them again by `make lab ARGS='roll'`/,
    );
    equal(readFileSync(bench(), "utf8"), before);
  });

  it("keeps each drill's newest row at its old place", () => {
    const merged = newest([row("form-3", 1), row("crash", 2)], [row("roll", 3), row("form-3", 4)]);
    deepEqual(
      merged.map(({ drill, seconds }) => [drill, seconds]),
      [["form-3", 4], ["crash", 2], ["roll", 3]], // prettier-ignore
    );
  });
});
