import assert from "node:assert/strict";
import { WorkerScript, type World } from "./workerScript";

describe("A worker whose Node has vanished", () => {
  let script: WorkerScript;
  beforeEach(() => (script = new WorkerScript("node-registration")));
  afterEach(() => script.remove());

  const stays: World["metadata"] = { "autoscaling/target-lifecycle-state": ["InService"] };
  const look = (curl: string, metadata = stays) => {
    const { status, stderr, systemctl } = script.run({ metadata, curl });
    assert.equal(status, 0, stderr);
    return systemctl;
  };

  it("is rebooted, if it had one in this boot", () => {
    assert.deepEqual(look("200"), []);
    assert.deepEqual(look("404"), ["reboot"]);
  });

  it("is left alone while it joins", () => assert.deepEqual(look("404"), []));

  it("is left alone when it leaves: a drained node is deleted", () => {
    look("200");
    assert.deepEqual(look("404", { "autoscaling/target-lifecycle-state": ["Terminated"] }), []);
    const notice = '{"action": "terminate", "time": "2026-11-24T02:00:00Z"}';
    assert.deepEqual(look("404", { ...stays, "spot/instance-action": [notice] }), []);
  });

  it("is left alone while the API does not say so", () => {
    look("200");
    for (const answer of ["000", "401", "403", "500", "503"]) assert.deepEqual(look(answer), [], answer);
  });
});
