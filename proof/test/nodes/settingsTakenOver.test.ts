import assert from "node:assert/strict";
import { settingObjects } from "../../../ignition/settingObjects";
import { bootedNode } from "./bootedNode";
import type { Cloud } from "./cloud";
import type { Node } from "./node";

const sshKeys = "/etc/cluster/ssh-authorized-keys";
const interval = "/etc/cluster/snapshot-interval-minutes";

describe("A running node takes over a setting:", function () {
  this.timeout(120_000);
  let cloud: Cloud;
  let node: Node;

  before(async () => {
    ({ cloud, node } = await bootedNode());
    const objects = node.read("/etc/cluster/key-objects").split("\n");
    const ofSettings = objects.filter((line) => line.startsWith("settings/"));
    assert.equal(ofSettings.length, 2);
    node.write("/etc/cluster/key-objects", `${ofSettings.join("\n")}\n`);
  });
  after(() => node?.destroy());

  /** What `pulumi up` leaves in the node store for these settings. */
  const up = async (sshAuthorizedKeys: readonly string[], snapshotIntervalMinutes = 60) => {
    const objects = settingObjects({ sshAuthorizedKeys, snapshotIntervalMinutes });
    for (const [key, text] of Object.entries(objects)) await cloud.putObject(key, text);
  };
  /** The same, and what a pass says to it. */
  const takeOver = async (...settings: Parameters<typeof up>) => {
    await up(...settings);
    return node.mustSucceed("keys-sync");
  };
  /** The lines by which sshd lets somebody in. */
  const letIn = () =>
    node
      .read(sshKeys)
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));

  it("has those of the first boot before it joins", async () => {
    await up(["ssh-ed25519 AAAA someone"], 30);
    assert.match(await node.mustSucceed("keys-sync", "boot"), /ssh-authorized-keys is new[^]*minutes is new/);
    assert.deepEqual(letIn(), ["ssh-ed25519 AAAA"]);
    assert.equal(node.read(interval), "30\n");
    assert.equal(await node.sh(`stat -c '%a %U' ${sshKeys}`), "644 root", "sshd reads it as the user core");
  });

  it("boots again with those that it has while S3 does not answer", async () => {
    await cloud.fail(Array(200).fill({ status: 503, code: "SlowDown" }));
    const { code, stderr } = await node.script("keys-sync", "boot");
    await cloud.fail([]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(letIn(), ["ssh-ed25519 AAAA"]);
  });

  it("an SSH key that is removed, be it the last one: it has no access any more", async () => {
    await takeOver(["ssh-ed25519 AAAA one", "ssh-ed25519 BBBB two"]);
    await takeOver(["ssh-ed25519 BBBB two"]);
    assert.deepEqual(letIn(), ["ssh-ed25519 BBBB"]);
    assert.equal(await takeOver([]), "keys-sync: /etc/cluster/ssh-authorized-keys is new\n");
    assert.deepEqual(letIn(), []);
  });

  it("another snapshot interval", async () => {
    assert.equal(await takeOver([], 1440), "keys-sync: /etc/cluster/snapshot-interval-minutes is new\n");
    assert.equal(node.read(interval), "1440\n");
  });

  it("none that is not of its form, and keeps what it has", async () => {
    await takeOver(["ssh-ed25519 AAAA"]);
    await cloud.putObject("settings/ssh-authorized-keys", 'command="id" ssh-ed25519 BBBB\n');
    const { code, stderr } = await node.script("keys-sync");
    assert.equal(code, 1);
    assert.equal(
      stderr,
      "keys-sync: ERROR: s3://test-nodes/settings/ssh-authorized-keys is refused: " +
        `its first line is not that of a list of SSH keys; ${sshKeys} stays as it is\n`,
    );
    assert.deepEqual(letIn(), ["ssh-ed25519 AAAA"]);
  });

  it("leaves no half-written file behind", async () => {
    assert.equal(await node.sh("find /etc/cluster -name '*.new*'"), "");
  });
});
