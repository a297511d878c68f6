import { unwantedUnits, user } from "./node";
import { IgnitionConfig } from "./spec";

/** A host to hop from: it holds the users' public keys and nothing of the cluster, so it fits into user data. */
export function bastionIgnition(sshAuthorizedKeys: readonly string[]): string {
  const config = {
    ignition: { version: "3.4.0" },
    passwd: { users: [user(sshAuthorizedKeys)] },
    systemd: { units: unwantedUnits },
  } satisfies IgnitionConfig;
  return JSON.stringify(config);
}
