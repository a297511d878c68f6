import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { removeControlGroups } from "../node/controlGroups";

/**
 * Runs the lab inside network, mount and process namespaces of its own, and returns its exit status. They are gone with their
 * first process, and everything in them: no process, mount or network namespace outlives a lab, whatever ended it. Until
 * then the file descriptor `lock` is open.
 */
export async function enterNamespaces(words: readonly string[], lock: number): Promise<number> {
  // What a lab that was killed has left.
  await removeControlGroups();
  const inside = [process.execPath, "--require", "ts-node/register/transpile-only"];
  const child = spawn(
    "unshare",
    [
      ...["--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child=SIGKILL"],
      ...[...inside, path.join(__dirname, "inside.ts"), ...words],
    ],
    // The lab ends when this pipe closes, so also when this process is killed.
    { stdio: ["pipe", "inherit", "inherit", lock] },
  );
  child.stdin?.on("error", () => undefined);
  // Ctrl-C reaches the lab from the terminal; a signal to this process alone is passed on. This one ends after it.
  const stop = () => child.stdin?.end();
  for (const signal of ["SIGINT", "SIGTERM"]) process.removeAllListeners(signal);
  process.on("SIGTERM", stop).on("SIGHUP", stop).on("SIGINT", stop);
  const [status] = (await once(child, "close")) as [number | null];
  await removeControlGroups();
  return status ?? 1;
}
