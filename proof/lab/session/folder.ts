import { spawnSync } from "node:child_process";
import { mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { projectFolder } from "../../local/folders";
import { resultsFolder } from "../report/results";

/** Logs and state of this checkout's lab. */
export const labFolder = path.join(projectFolder, ".lab");

const lock = "pid";

/** The files that a lab leaves to the next one. */
const kept = [lock, resultsFolder];

/**
 * Takes a lab's folder for this process, and removes all files of the last lab except the results. Returns
 * the file descriptor of the lock. The lock lasts as long as any process has the descriptor open, so it ends
 * with the lab in any case.
 * @throws Error that names the process of the lab that has the folder
 */
export function claimFolder(folder: string): number {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, lock);
  const descriptor = openSync(file, "a");
  const { status, error } = spawnSync("flock", ["--nonblock", "--conflict-exit-code", "75", "3"], {
    stdio: ["ignore", "ignore", "inherit", descriptor],
  });
  if (status === 75) {
    const holder = readFileSync(file, "utf8");
    throw new Error(
      `another lab runs from this checkout (process ${holder}): wait for its end, or end it by \`kill ${holder}\``,
    );
  }
  if (status !== 0) throw new Error(`flock of ${file}: ${error?.message ?? `exit status ${status}`}`);
  for (const name of readdirSync(folder).filter((name) => !kept.includes(name)))
    rmSync(path.join(folder, name), { recursive: true });
  writeFileSync(file, String(process.pid));
  return descriptor;
}
