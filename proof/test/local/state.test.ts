import type { Stack } from "@pulumi/pulumi/automation";
import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { localFolders } from "../../local/folders";
import { breakStaleLock } from "../../local/locks";
import { noteRunning, settleState, stateFate, wasCutOff } from "../../local/state";

describe("the engine's state", () => {
  let project: string;
  let said: string[];
  const report = (line: string) => void said.push(line);

  beforeEach(() => {
    project = mkdtempSync(path.join(os.tmpdir(), "state-test-"));
    said = [];
  });
  afterEach(() => rmSync(project, { recursive: true }));

  it("is reused only with the local AWS that it was made on", () => {
    assert.equal(stateFate({ exists: false, runs: "b" }), "begin");
    assert.equal(stateFate({ exists: true, madeOn: "b", runs: "b" }), "go on");
    assert.equal(stateFate({ exists: true, madeOn: "a", runs: "b" }), "set aside");
    assert.equal(stateFate({ exists: true, runs: "b" }), "set aside");
  });

  it("is kept for the next run, and set aside with one line when its local AWS is gone", () => {
    const { state, setAside } = localFolders(project);
    settleState(project, "first", report);
    writeFileSync(path.join(state, "resources"), "of the first");
    settleState(project, "first", report);
    assert.equal(readFileSync(path.join(state, "resources"), "utf8"), "of the first");
    assert.deepEqual(said, []);

    settleState(project, "second", report);
    assert.ok(!existsSync(path.join(state, "resources")));
    assert.equal(said.length, 1);
    const [old = ""] = readdirSync(setAside);
    assert.equal(readFileSync(path.join(setAside, old, "resources"), "utf8"), "of the first");
  });

  it("remembers a run that was killed, also after a later one that ended well", async () => {
    settleState(project, "first", report);
    await noteRunning(project, async () => undefined);
    await assert.rejects(noteRunning(project, () => Promise.reject(new Error("refused"))));
    assert.equal(wasCutOff(project), false);

    void noteRunning(project, () => new Promise(() => undefined)); // killed here
    assert.equal(wasCutOff(project), true);
    await noteRunning(project, async () => undefined);
    assert.equal(wasCutOff(project), true);
  });

  describe("is locked", () => {
    let cancelled: number;
    const stack = { name: "local", cancel: async () => void cancelled++ } as unknown as Stack;

    function lockBy(pid: number): void {
      const folder = path.join(
        localFolders(project).state,
        ".pulumi",
        "locks",
        "organization",
        "pulumi-kubeadm",
        "local",
      );
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, "1.json"), JSON.stringify({ pid, hostname: os.hostname() }));
    }

    beforeEach(() => (cancelled = 0));

    it("by a run that lives: the next one does not start", async () => {
      lockBy(process.pid);
      await assert.rejects(breakStaleLock(stack, project, report), /another run is at work on stack local/);
      assert.equal(cancelled, 0);
    });

    it("by a run that was killed: the next one removes the lock and says so", async () => {
      lockBy(2 ** 22 + 1); // no process can have this id
      await breakStaleLock(stack, project, report);
      assert.equal(cancelled, 1);
      assert.equal(said.length, 1);
    });

    it("by nobody: the next one just starts", async () => {
      await breakStaleLock(stack, project, report);
      assert.equal(cancelled, 0);
      assert.deepEqual(said, []);
    });
  });
});
