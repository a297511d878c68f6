import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import * as fs from "node:fs/promises";
import path from "node:path";
import { cacheEntry, cacheRoot } from "../../engine/cache";
import { execute } from "../execute";

// dpkg puts libraries into a folder named after the architecture. The lab supports only this one.
const libraries = "usr/lib/x86_64-linux-gnu";

/**
 * The HAProxy command. If the machine has none, Debian's package is unpacked into the user's cache, with its
 * missing libraries. An installed package would start and enable a service of its own.
 * @throws Error that says what to install, if that fails
 */
export async function haproxyProgram(report: (line: string) => void): Promise<string> {
  if (spawnSync("haproxy", ["-v"]).error === undefined) return "haproxy";
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get"))
    throw new Error("haproxy is missing: install it (Debian: apt-get install haproxy)");
  const recipe = [await fs.readFile("/etc/os-release", "utf8")];
  const entry = await cacheEntry(
    cacheRoot(),
    { tool: "haproxy", version: "debian", recipe },
    unpackHaproxy,
    report,
  );
  return path.join(entry, "haproxy");
}

/** Unpacks HAProxy below `root` in an empty folder, and writes the command `haproxy` beside it. */
async function unpackHaproxy(folder: string): Promise<void> {
  const archives = path.join(folder, "archives");
  await fs.mkdir(path.join(archives, "partial"), { recursive: true });
  // The folder belongs to root, and apt's own user may not be able to read it.
  const apt = ["-qq", "-o", "APT::Sandbox::User=root", "-o", `Dir::Cache::archives=${archives}`];
  const download = ["install", "--yes", "--no-install-recommends", "--download-only", "haproxy"];
  await execute("apt-get", [...apt, "update"], { seconds: 300 });
  await execute("apt-get", [...apt, ...download], { seconds: 300 });
  const packages = (await fs.readdir(archives)).filter((name) => name.endsWith(".deb"));
  for (const name of packages)
    await execute("dpkg-deb", ["-x", path.join(archives, name), path.join(folder, "root")]);
  await fs.rm(archives, { recursive: true });
  await fs.writeFile(path.join(folder, "haproxy"), command, { mode: 0o755 });
}

const command = `#!/bin/sh
root=\${0%/*}/root
LD_LIBRARY_PATH=$root/${libraries} exec "$root/usr/sbin/haproxy" "$@"
`;
