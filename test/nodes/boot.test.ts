import assert from "node:assert/strict";
import { Cloud } from "./cloud";
import { Node } from "./node";
import { sharedCloud } from "./sharedCloud";

describe("complete-launch", function () {
  this.timeout(60_000);
  let cloud: Cloud;
  let node: Node;

  before(async () => {
    cloud = await sharedCloud();
    const [id] = await cloud.launch(1);
    node = await Node.boot(cloud, id);
    await node.mustSucceed("instance-metadata");
  });
  after(() => node?.destroy());
  beforeEach(() => cloud.calls());

  // In place of the role's own script, which asks etcd and the apiserver.
  const readyIs = (command: string) =>
    node.write("/opt/cluster/bin/ready", `#!/bin/bash\n${command}\n`, 0o755);
  const completion = (result: string) => ({
    Version: "2011-01-01",
    Action: "CompleteLifecycleAction",
    AutoScalingGroupName: "test-controllers",
    LifecycleHookName: "launch",
    InstanceId: node.instance.id,
    LifecycleActionResult: result,
  });

  it("continues the launch once the node is ready", async () => {
    readyIs('[[ -e /tmp/tried ]] || { touch /tmp/tried; echo "no quorum"; exit 1; }');
    assert.match(
      await node.mustSucceed("complete-launch"),
      /not ready yet: no quorum[^]*completed: CONTINUE/,
    );
    assert.deepEqual(
      (await cloud.calls()).map(({ parameters }) => parameters),
      [completion("CONTINUE")],
    );
  });

  it("does no harm after a reboot, when no hook waits", async () => {
    const message = `No active Lifecycle Action found with instance ID ${node.instance.id}`;
    await cloud.fail([{ status: 400, code: "ValidationError", message }]);
    assert.match(await node.mustSucceed("complete-launch"), /no launch hook is waiting/);
  });

  it("abandons the launch when the node does not become ready, with the reason in the log", async () => {
    const script = node.read("/opt/cluster/bin/complete-launch");
    node.write("/opt/cluster/bin/complete-launch", script.replace("wait_for 780", "wait_for 2"), 0o755);
    readyIs('echo "etcd members without health: i-1"; exit 1');
    const { code, stderr } = await node.script("complete-launch");
    assert.equal(code, 1);
    assert.match(stderr, /ERROR: not ready: etcd members without health: i-1/);
    assert.deepEqual(
      (await cloud.calls()).map(({ parameters }) => parameters),
      [completion("ABANDON")],
    );
  });
});

describe("etcd-install", function () {
  this.timeout(60_000);
  let node: Node;

  before(async () => {
    const cloud = await sharedCloud();
    const [id] = await cloud.launch(1);
    node = await Node.boot(cloud, id);
  });
  after(() => node?.destroy());

  it("unpacks the three programs of the release once", async () => {
    await node.sh(`rm -r /opt/bin; mkdir -p /opt/downloads /tmp/etcd-release; cd /tmp/etcd-release
      for program in etcd etcdctl etcdutl; do echo "$program" >"$program"; done; touch README.md
      tar -czf /opt/downloads/etcd-v3.6.14-linux-amd64.tar.gz -C /tmp etcd-release`);
    assert.match(await node.mustSucceed("etcd-install"), /etcd 3\.6\.14 is in \/opt\/bin/);
    assert.equal(
      await node.sh("cd /opt/bin; stat -c '%n %a %U' *"),
      "etcd 755 root\netcdctl 755 root\netcdutl 755 root",
    );
    assert.equal(await node.mustSucceed("etcd-install"), "");
  });
});
