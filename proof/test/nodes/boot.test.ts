import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { controllerReleases, findDownloads } from "../../../ignition/downloads";
import { bootedNode } from "./bootedNode";
import type { Cloud } from "./cloud";
import type { Node } from "./node";

describe("complete-launch", function () {
  this.timeout(60_000);
  let cloud: Cloud;
  let node: Node;

  before(async () => {
    ({ cloud, node } = await bootedNode());
    await node.mustSucceed("instance-metadata");
  });
  after(() => node?.destroy());
  beforeEach(() => cloud.calls());

  // Replaces the role's own script, which asks etcd and the apiserver.
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

  const editScript = (from: string, to: string) => {
    const script = node.read("/opt/cluster/bin/complete-launch");
    assert.ok(script.includes(from), from);
    node.write("/opt/cluster/bin/complete-launch", script.replace(from, to), 0o755);
  };
  const completions = async () =>
    (await cloud.calls())
      .filter(({ action }) => action === "CompleteLifecycleAction")
      .map(({ parameters }) => parameters);

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

  it("keeps waiting after a reboot that takes longer than its patience: nobody replaces a node in service", async () => {
    editScript("patience=780", "patience=1");
    readyIs('[[ -e /tmp/back ]] || { echo "no apiserver"; exit 1; }');
    const message = `No active Lifecycle Action found with instance ID ${node.instance.id}`;
    await cloud.fail([1, 2].map(() => ({ status: 400, code: "ValidationError", message })));
    const launching = node.script("complete-launch");
    await node.sh("sleep 6; touch /tmp/back");
    const { code, stderr } = await launching;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /ERROR: not ready after \d s: no apiserver[^]*no launch hook is waiting/);
    assert.deepEqual(
      (await completions()).map(({ LifecycleActionResult }) => LifecycleActionResult),
      ["ABANDON", "CONTINUE"],
    );
    editScript("patience=1", "patience=780");
  });

  it("completes the hook even if Auto Scaling refuses many times: the node is healthy, and nobody else would", async () => {
    readyIs("true");
    const refusal = { status: 400, code: "ValidationError", message: "try later" };
    await cloud.fail([refusal, refusal]);
    assert.match(
      await node.mustSucceed("complete-launch"),
      /not completed yet: CONTINUE[^]*completed: CONTINUE/,
    );
  });

  it("abandons the launch when the node does not become ready, with the reason in the log", async () => {
    editScript("patience=780", "patience=2");
    readyIs('echo "unhealthy etcd members: i-1"; exit 1');
    const { code, stderr } = await node.script("complete-launch");
    assert.equal(code, 1);
    assert.match(stderr, /ERROR: not ready after \d+ s: unhealthy etcd members: i-1/);
    assert.deepEqual(await completions(), [completion("ABANDON")]);
  });

  it("restarts the hook's time for a node that waits for others, and its own patience too", async () => {
    readyIs('[[ -e /tmp/waited ]] || { echo "it has not joined yet"; exit 1; }');
    node.write("/run/cluster/waiting", "the apiserver at 10.0.0.5 runs v1.36.1\n");
    const launching = node.script("complete-launch");
    await node.sh("sleep 6; rm /run/cluster/waiting; touch /tmp/waited");
    const { code, stderr } = await launching;
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      (await cloud.calls()).map(({ action }) => action).filter((action) => action.includes("Lifecycle")),
      ["RecordLifecycleActionHeartbeat", "CompleteLifecycleAction"],
    );
  });

  const stream = () => cloud.logEvents(`test-controllers/${node.instance.id}`);

  it("abandons at once when a unit fails again and again, with its last lines in the log group too", async () => {
    readyIs('echo "no control plane"; exit 1');
    node.write(
      "/run/units-not-up",
      "kubeadm-init.service activating auto-restart\nlaunch-complete.service x\n",
    );
    node.write("/run/restarts-kubeadm-init.service", "3\n");
    node.write("/run/restarts-kubelet.service", "6\n"); // it is up for this moment
    const green = "CONFIG_OVERLAY_FS: \\e[0;32menabled\\e[0m\\n".repeat(60);
    const journal = `printf 'the last lines of %s\\n${green}' "$5"`;
    node.write("/usr/local/bin/journalctl", `#!/bin/bash\n${journal}\n`, 0o755);
    const key = Buffer.from("a key of 32 bytes".padEnd(32)).toString("base64");
    const folder = "/var/log/pods/kube-system_kube-apiserver-node_1234/kube-apiserver";
    const time = "2026-11-24T02:00:00Z stderr F";
    node.write(`${folder}/2.log`, `${time} E1124 an old error\n`);
    node.write(
      `${folder}/10.log`,
      `${time} I1124 starting\n${time} Error: cannot read "secret: ${key}" of abcdef.0123456789abcdef\n`,
    );
    const began = Date.now();
    const { code, stderr } = await node.script("complete-launch");
    assert.equal(code, 1);
    assert.ok(Date.now() - began < 20_000);
    const report = [
      /ERROR: not ready after \d+ s: kubeadm-init.service has failed 3 times; no control plane$/,
      /unit kubeadm-init.service is not up:$/,
      /^the last lines of --unit=kubeadm-init.service$/,
      /unit kubelet.service is not up:$/,
      /^the last lines of --unit=kubelet.service$/,
      /container kube-apiserver, start 10, says:$/,
      /^Error: cannot read "secret: <left out>" of <left out>$/,
    ];
    const events = (await stream()).slice(-report.length);
    report.forEach((line, index) => {
      assert.match(events[index], line);
      assert.match(stderr, new RegExp(line, "m"));
    });
    assert.deepEqual(await completions(), [completion("ABANDON")]);
  });

  it("reports while it waits, and that it is ready after all", async () => {
    await node.sh("rm -r /run/units-not-up /run/restarts-* /run/cluster/launch-report /var/log/pods");
    editScript("report_seconds=60", "report_seconds=0");
    readyIs('[[ -e /tmp/again ]] || { touch /tmp/again; echo "no quorum yet"; exit 1; }');
    await node.mustSucceed("complete-launch");
    const [waiting, ready] = (await stream()).slice(-2);
    assert.match(waiting, /ERROR: not ready after \d+ s: no quorum yet$/);
    assert.match(ready, /: ready after \d+ s$/);
    assert.deepEqual(await completions(), [completion("CONTINUE")]);
  });

  it("completes the hook even if the log group refuses reports", async () => {
    await node.sh("rm /tmp/again; sed -i s/^LOG_GROUP=.*/LOG_GROUP=no-such-group/ /etc/cluster/cluster.env");
    const log = await node.mustSucceed("complete-launch");
    assert.match(log, /ERROR: no log stream .* HTTP 400 ResourceNotFoundException: The specified log group/);
    assert.match(log, /nothing written to the log group no-such-group/);
    assert.deepEqual(await completions(), [completion("CONTINUE")]);
  });
});

describe("an archive from Ignition", function () {
  this.timeout(60_000);
  let node: Node;

  before(async () => {
    ({ node } = await bootedNode());
    await node.sh("rm -r /opt/bin");
  });
  after(() => node?.destroy());

  /** Writes an archive with these files, each containing its own name, to Ignition's place for the release. */
  const download = async (release: "etcd" | "cni-plugins", folder: string, files: string) => {
    const downloads = findDownloads(controllerReleases("1.36.4", "3.6.14", "amd64"), { sha256: {} });
    const archive = downloads.find(({ path }) => path.includes(`/${release}.`))!.path;
    await node.sh(`mkdir -p ${dirname(archive)} /tmp/${release}/${folder}; cd /tmp/${release}/${folder}
      for file in ${files}; do echo "$file" >"$file"; chmod 0755 "$file"; done
      tar -czf ${archive} --owner=1000 -C /tmp/${release} ${folder}`);
  };
  const filesIn = (folder: string) => node.sh(`cd ${folder}; stat -c '%n %a %U' *`);

  it("is unpacked into etcd's three programs, once", async () => {
    await download("etcd", "etcd-v3.6.14-linux-amd64", "etcd etcdctl etcdutl README.md");
    assert.match(await node.mustSucceed("etcd-install"), /etcd 3\.6\.14 is in \/opt\/bin/);
    assert.equal(await filesIn("/opt/bin"), "etcd 755 root\netcdctl 755 root\netcdutl 755 root");
    assert.equal(await node.mustSucceed("etcd-install"), "");
  });

  it("is unpacked into the CNI plugins", async () => {
    await download("cni-plugins", ".", "bridge host-local loopback");
    const folder = join(__dirname, "../../../ignition/files/node/etc/systemd/system");
    const unit = readFileSync(join(folder, "cni-plugins.service"), "utf8");
    for (const [, command] of unit.matchAll(/^Exec\w+=(.*)$/gm)) await node.sh(command);
    assert.equal(await filesIn("/opt/cni/bin"), "bridge 755 root\nhost-local 755 root\nloopback 755 root");
  });
});
