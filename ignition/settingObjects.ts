import * as keys from "../plan/nodeStoreKeys";

/** Settings that running nodes take over, so that a change needs no new node. */
export interface RunningSettings {
  /** OpenSSH public keys of the user `core`, without options in front. */
  readonly sshAuthorizedKeys: readonly string[];
  /** From 5 to 1440. */
  readonly snapshotIntervalMinutes: number;
}

/** By it nodes tell a list without keys from an object that is empty by mistake. */
const firstLine = "# The SSH keys of the user core, as pulumi up writes them";

/**
 * Text by key in the node store. `ignition/files/node/opt/cluster/lib/keys.sh` refuses every other form.
 * A key's comment stays away: nodes need no names of persons, and it may hold any character.
 */
export function settingObjects(settings: RunningSettings): Record<string, string> {
  const sshKeys = settings.sshAuthorizedKeys.map((key) => key.split(/[ \t]+/, 2).join(" "));
  return {
    [keys.sshAuthorizedKeys]: [firstLine, ...sshKeys, ""].join("\n"),
    [keys.snapshotIntervalMinutes]: `${settings.snapshotIntervalMinutes}\n`,
  };
}
