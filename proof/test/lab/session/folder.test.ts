import assert from "node:assert/strict";
import { closeSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { claimFolder } from "../../../lab/session/folder";

describe("a lab's folder", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(path.join(tmpdir(), "lab-folder-"))));
  after(() => rmSync(folder, { recursive: true }));

  it("is one lab's alone, which is named, and nothing of that lab is thrown away", () => {
    const descriptor = claimFolder(folder);
    writeFileSync(path.join(folder, "lab.log"), "");
    const { pid } = process;
    assert.throws(() => claimFolder(folder), new RegExp(`\\(process ${pid}\\): wait .*\`kill ${pid}\``));
    assert.deepEqual(readdirSync(folder), ["lab.log", "pid"]);
    closeSync(descriptor);
  });

  it("is the next one's when that has ended, with the results of drills and nothing else", () => {
    mkdirSync(path.join(folder, "results"));
    const descriptor = claimFolder(folder);
    assert.deepEqual(readdirSync(folder), ["pid", "results"]);
    closeSync(descriptor);
  });
});
