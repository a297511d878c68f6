import assert from "node:assert/strict";
import { World, WorkerScript } from "./workerScript";

describe("A node without instance metadata", () => {
  let script: WorkerScript;
  beforeEach(() => (script = new WorkerScript("instance-metadata")));
  afterEach(() => script.remove());

  const metadata: World["metadata"] = {
    "instance-id": ["", "", "", "", "", "", "", "", "i-1"],
    "local-ipv4": ["10.0.0.10"],
    "placement/availability-zone": ["eu-west-1a"],
    "local-hostname": ["ip-10-0-0-10.ec2.internal"],
    "instance-type": ["m7i.large"],
  };

  it("waits for as long as it takes, as systemd starts what needs them once, and says so every minute", () => {
    const { status, stderr, instance } = script.run({ metadata, sleepSeconds: 50 });
    assert.equal(status, 0, stderr);
    assert.equal(stderr.match(/waiting for instance metadata/g)?.length, 4, stderr);
    assert.equal(instance[0], "INSTANCE_ID=i-1");
  });
});
