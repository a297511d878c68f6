import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/**
 * Name of a command from a Debian package. Where it is missing, root on Debian installs the package, with a line on
 * stderr; anyone else gets an Error that says what to install.
 */
export function debianTool(command: string, debianPackage: string): string {
  install(command, debianPackage, () => spawnSync(command, ["--version"]).error === undefined);
  return command;
}

/** Path of a file from a Debian package, in the same way. */
export function debianFile(file: string, debianPackage: string): string {
  install(file, debianPackage, () => existsSync(file));
  return file;
}

function install(what: string, debianPackage: string, isThere: () => boolean): void {
  if (isThere()) return;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    throw new Error(`${what} is missing: install it (Debian: apt-get install ${debianPackage})`);
  }
  process.stderr.write(`Installing ${debianPackage} (once) ...\n`);
  const apt = (...args: string[]) =>
    execFileSync("apt-get", ["-qq", ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      stdio: ["ignore", "ignore", "inherit"],
    });
  apt("update");
  apt("install", "--yes", "--no-install-recommends", debianPackage);
  if (!isThere()) throw new Error(`${debianPackage} is installed, but ${what} is not there`);
}
