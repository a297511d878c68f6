import assert from "node:assert/strict";
import { WorkerScript, type World } from "./workerScript";

describe("A worker whose Node has vanished", () => {
  let script: WorkerScript;
  beforeEach(() => (script = new WorkerScript("node-registration")));
  afterEach(() => script.remove());

  const stays: World["metadata"] = { "autoscaling/target-lifecycle-state": ["InService"] };
  const look = (curl: string, metadata = stays, active = ["launch-complete.service"]) => {
    const { status, stderr, systemctl } = script.run({ metadata, curl, active });
    assert.equal(status, 0, stderr);
    return systemctl;
  };

  it("is rebooted", () => assert.deepEqual(look("404"), ["reboot"]));

  it("is left alone until it has been ready in this boot", () =>
    assert.deepEqual(look("404", stays, []), []));

  it("is left alone when it leaves: a drained node is deleted", () => {
    assert.deepEqual(look("404", { "autoscaling/target-lifecycle-state": ["Terminated"] }), []);
    const notice = '{"action": "terminate", "time": "2026-11-24T02:00:00Z"}';
    assert.deepEqual(look("404", { ...stays, "spot/instance-action": [notice] }), []);
  });

  it("is left alone while the API does not report the Node as missing", () => {
    for (const answer of ["200", "000", "401", "403", "500", "503"])
      assert.deepEqual(look(answer), [], answer);
  });
});
