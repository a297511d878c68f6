import { cpSync, symlinkSync } from "node:fs";
import path from "node:path";
import { shell } from "../execute";

const containerd = "/etc/systemd/system/containerd.service";

/** Nothing starts containerd on a node with this root. */
export function withoutContainers(root: string): void {
  symlinkSync("/dev/null", path.join(root, containerd));
}

/** Adds the files that let a node, itself a container, run containers. Only the lab has them. */
export function addToNode(root: string): void {
  cpSync(path.join(__dirname, "files"), root, { recursive: true });
}

/**
 * Copies containerd's folder. Databases change in place and are copied; all other files never change and are
 * linked.
 */
export async function copyImageStore(store: string, into: string): Promise<void> {
  await shell(`
    cp --archive --link "${store}/." "${into}"
    find "${into}" -name '*.db' | while read -r database; do
      cp --archive "$database" "$database.own"
      mv "$database.own" "$database"
    done`);
}
