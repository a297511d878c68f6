import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/**
 * Name of a command from a Debian package. Where it is missing, root on Debian installs the package, with a line on
 * stderr; anyone else gets an Error that says what to install.
 */
export function debianTool(command: string, debianPackage: string): string {
  const isThere = () => spawnSync(command, ["--version"]).error === undefined;
  if (isThere()) return command;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    throw new Error(`${command} is missing: install it (Debian: apt-get install ${debianPackage})`);
  }
  process.stderr.write(`Installing ${debianPackage} (once) ...\n`);
  const apt = (...args: string[]) =>
    execFileSync("apt-get", ["-qq", ...args], { stdio: ["ignore", "ignore", "inherit"] });
  apt("update");
  apt("install", "--yes", "--no-install-recommends", debianPackage);
  if (!isThere()) throw new Error(`${debianPackage} is installed, but ${command} is not on PATH`);
  return command;
}
