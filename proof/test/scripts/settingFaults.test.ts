import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { settingObjects } from "../../../ignition/settingObjects";
import { sshKey } from "../../../settings/fields";

const lib = join(__dirname, "../../../ignition/files/node/opt/cluster/lib");
const script = `set -euo pipefail
  for name in log forms keys; do source "${lib}/$name.sh"; done
  file=$(mktemp); trap 'rm -f "$file"' EXIT; cat >"$file"
  key_fault "$file" "$1"`;

/** What keys-sync finds wrong with a text of the node store; empty if it takes it. */
function faultOf(path: string, text: string): string {
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script, "keys-sync", path], {
    input: text,
    encoding: "utf8",
  });
  assert.equal(stderr, "");
  assert.equal(status === 0, stdout === "", `${status}: ${stdout}`);
  return stdout.trim();
}

const ofSshKeys = (text: string) => faultOf("/etc/cluster/ssh-authorized-keys", text);
const ofInterval = (text: string) => faultOf("/etc/cluster/snapshot-interval-minutes", text);
const sshKeys = (...keys: string[]) =>
  settingObjects({ sshAuthorizedKeys: keys, snapshotIntervalMinutes: 60 })["settings/ssh-authorized-keys"];

describe("A node takes from the node store", () => {
  it("SSH keys of every kind that the settings take, and none at all", () => {
    const keys = [
      "ssh-ed25519 AAAA+/== someone",
      "ssh-rsa\tAAAA=",
      ...[256, 384, 521].map((bits) => `ecdsa-sha2-nistp${bits} AAAA`),
      "sk-ssh-ed25519@openssh.com AAAA",
      `sk-ecdsa-sha2-nistp256@openssh.com ${"A".repeat(8000)}`,
    ];
    for (const key of keys) assert.equal(sshKey.parse(key), key);
    assert.equal(ofSshKeys(sshKeys(...keys)), "");
    assert.equal(ofSshKeys(sshKeys()), "");
  });

  it("a snapshot interval that the settings take", () => {
    for (const minutes of ["5", "60", "1440"]) assert.equal(ofInterval(`${minutes}\n`), "");
  });
});

describe("A node refuses", () => {
  for (const text of ["", "\n", "ssh-ed25519 AAAA\n", sshKeys().trim(), ` ${sshKeys()}`]) {
    it(`as a list of SSH keys ${JSON.stringify(text)}`, () => {
      assert.equal(ofSshKeys(text), "its first line is not that of a list of SSH keys");
    });
  }

  for (const line of [
    'command="id" ssh-ed25519 AAAA',
    "cert-authority ssh-rsa AAAA",
    "ssh-ed25519 AAAA someone",
    "ssh-ed25519  AAAA",
    "ssh-ed25519 AAAA\r",
    "ssh-ed25519 AAAA\0",
    "ssh-ed25519 ÄÄÄÄ",
    "ssh-dss AAAA",
    "# a comment",
    "",
  ]) {
    it(`among SSH keys the line ${JSON.stringify(line)}`, () => {
      const text = `${sshKeys("ssh-rsa AAAA")}${line}\nssh-rsa BBBB\n`;
      assert.equal(ofSshKeys(text), "it has a line that is no OpenSSH public key");
    });
  }

  for (const text of [
    "",
    "4",
    "1441",
    "060",
    "6e1",
    "-60",
    "60\n60",
    "99999999999999999999",
    "a[$(echo ran >&2)]",
  ]) {
    it(`as a snapshot interval ${JSON.stringify(text)}`, () => {
      assert.equal(ofInterval(`${text}\n`), "it is no number from 5 to 1440");
    });
  }
});
