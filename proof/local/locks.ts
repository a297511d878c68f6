import type { Stack } from "@pulumi/pulumi/automation";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { isAlive } from "./aws/process";
import { localFolders } from "./folders";

/** What the engine's file backend writes into a lock. */
interface Lock {
  readonly pid: number;
  readonly hostname: string;
}

/**
 * Removes the lock of an engine that was killed.
 * @throws Error if its process lives: two runs at once would spoil the state
 */
export async function breakStaleLock(
  stack: Stack,
  project: string,
  report: (line: string) => void,
): Promise<void> {
  const locks = locksOf(project, stack.name);
  const held = locks.find(({ pid, hostname }) => hostname === os.hostname() && isAlive(pid));
  if (held)
    throw new Error(`another run is at work on stack ${stack.name} (process ${held.pid}); wait for its end`);
  if (locks.length === 0) return;
  report("the last run was killed; its lock on the state is removed");
  await stack.cancel();
}

function locksOf(project: string, stack: string): Lock[] {
  const folder = path.join(localFolders(project).state, ".pulumi", "locks");
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".json") && path.basename(path.dirname(file)) === stack)
    .map((file) => JSON.parse(readFileSync(path.join(folder, file), "utf8")) as Lock);
}
