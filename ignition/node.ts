import { findDownloads } from "./downloads";
import { KeyObject, keyManifest } from "./keyObjects";
import { FileTree, nodeFiles, storageFiles, systemdUnits } from "./nodeFiles";
import { IgnitionConfig, File, Unit, User } from "./spec";

/** What a controller and a worker config are made from. */
export interface NodeParts {
  role: Exclude<FileTree, "node">;
  /** By placeholder name. */
  values: Readonly<Record<string, string>>;
  keyObjects: readonly KeyObject[];
  downloads: ReturnType<typeof findDownloads>;
  sshAuthorizedKeys: readonly string[];
}

/** The Ignition config of a node as JSON text; equal parts give equal text, so that only real changes roll nodes. */
export function nodeIgnition({ role, values, keyObjects, downloads, sshAuthorizedKeys }: NodeParts): string {
  const files = nodeFiles(["node", role], values);
  const config = {
    ignition: { version: "3.4.0" },
    passwd: { users: [user(sshAuthorizedKeys)] },
    storage: { files: [...storageFiles(files), keyManifest(keyObjects), ...downloads].sort(byPath) },
    systemd: { units: [...nothingUpdatesByItself, ...systemdUnits(files)] },
  } satisfies IgnitionConfig;
  return JSON.stringify(config);
}

/** Flatcar's login user. */
export const user = (sshAuthorizedKeys: readonly string[]): User => ({
  name: "core",
  sshAuthorizedKeys: [...sshAuthorizedKeys],
});

/** Flatcar's updater and its reboot manager: a new version arrives as a new node. */
export const nothingUpdatesByItself: Unit[] = [
  { name: "locksmithd.service", mask: true },
  { name: "update-engine.service", mask: true },
];

const byPath = (a: File, b: File) => (a.path < b.path ? -1 : 1);
