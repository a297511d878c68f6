import { unwantedUnits } from "./node";
import { IgnitionConfig } from "./spec";

/**
 * A host to hop from: it holds the users' public keys and nothing of the cluster, so it fits into user data. With other keys it is
 * replaced: it faces the internet, so it has no role by which it could read them from the node store.
 */
export function bastionIgnition(sshAuthorizedKeys: readonly string[]): string {
  const config = {
    ignition: { version: "3.4.0" },
    passwd: { users: [{ name: "core", sshAuthorizedKeys: [...sshAuthorizedKeys] }] },
    systemd: { units: unwantedUnits },
  } satisfies IgnitionConfig;
  return JSON.stringify(config);
}
