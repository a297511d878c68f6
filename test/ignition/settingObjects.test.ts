import assert from "node:assert/strict";
import { settingObjects } from "../../ignition/settingObjects";

describe("The settings that running nodes take over", () => {
  const objects = (...sshAuthorizedKeys: string[]) =>
    settingObjects({ sshAuthorizedKeys, snapshotIntervalMinutes: 30 });
  const firstLine = "# The SSH keys of the user core, as pulumi up writes them\n";

  it("are an object each", () => {
    assert.deepEqual(objects("ssh-ed25519 AAAA someone", "ssh-rsa BBBB"), {
      "settings/ssh-authorized-keys": `${firstLine}ssh-ed25519 AAAA\nssh-rsa BBBB\n`,
      "settings/snapshot-interval-minutes": "30\n",
    });
  });

  it("say so if nobody may log in", () => {
    assert.equal(objects()["settings/ssh-authorized-keys"], firstLine);
  });

  it("contain no comment of an SSH key", () => {
    const key = 'ssh-ed25519\t AAAA= "x" command="id" \u2028 \v';
    assert.equal(objects(key)["settings/ssh-authorized-keys"], `${firstLine}ssh-ed25519 AAAA=\n`);
  });
});
