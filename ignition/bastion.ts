import { unwantedUnits } from "./node";
import { IgnitionConfig } from "./spec";

/**
 * The bastion's Ignition configuration. It has the users' public keys and nothing of the cluster, so it fits into user data. New
 * keys replace the bastion. It cannot read them from the node store: it faces the internet, so it has no AWS role.
 */
export function bastionIgnition(sshAuthorizedKeys: readonly string[]): string {
  const config = {
    ignition: { version: "3.4.0" },
    passwd: { users: [{ name: "core", sshAuthorizedKeys: [...sshAuthorizedKeys] }] },
    systemd: { units: unwantedUnits },
  } satisfies IgnitionConfig;
  return JSON.stringify(config);
}
