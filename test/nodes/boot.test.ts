import assert from "node:assert/strict";
import { dirname } from "node:path";
import { controllerReleases, findDownloads } from "../../ignition/downloads";
import { nodeFiles } from "../../ignition/nodeFiles";
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

describe("an archive that Ignition has put in place", function () {
  this.timeout(60_000);
  let node: Node;

  before(async () => {
    const cloud = await sharedCloud();
    const [id] = await cloud.launch(1);
    node = await Node.boot(cloud, id);
    await node.sh("rm -r /opt/bin");
  });
  after(() => node?.destroy());

  /** Writes an archive with these files, named after themselves, where Ignition writes the release's. */
  const download = async (release: "etcd" | "cni-plugins", folder: string, files: string) => {
    const downloads = findDownloads(controllerReleases("1.36.4", "3.6.14", "amd64"), { sha256: {} });
    const archive = downloads.find(({ path }) => path.includes(`/${release}.`))!.path;
    await node.sh(`mkdir -p ${dirname(archive)} /tmp/${release}/${folder}; cd /tmp/${release}/${folder}
      for file in ${files}; do echo "$file" >"$file"; chmod 0755 "$file"; done
      tar -czf ${archive} --owner=1000 -C /tmp/${release} ${folder}`);
  };
  const filesIn = (folder: string) => node.sh(`cd ${folder}; stat -c '%n %a %U' *`);

  it("gives etcd's three programs, once", async () => {
    await download("etcd", "etcd-v3.6.14-linux-amd64", "etcd etcdctl etcdutl README.md");
    assert.match(await node.mustSucceed("etcd-install"), /etcd 3\.6\.14 is in \/opt\/bin/);
    assert.equal(await filesIn("/opt/bin"), "etcd 755 root\netcdctl 755 root\netcdutl 755 root");
    assert.equal(await node.mustSucceed("etcd-install"), "");
  });

  it("gives the CNI plugins", async () => {
    await download("cni-plugins", ".", "bridge host-local loopback");
    const unit = nodeFiles(["node"], {}).find(({ path }) => path.endsWith("/cni-plugins.service"))!.text;
    for (const [, command] of unit.matchAll(/^Exec\w+=(.*)$/gm)) await node.sh(command);
    assert.equal(await filesIn("/opt/cni/bin"), "bridge 755 root\nhost-local 755 root\nloopback 755 root");
  });
});
