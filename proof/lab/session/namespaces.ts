import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { removeControlGroups } from "../node/controlGroups";

/**
 * Runs the lab inside network, mount and process namespaces of its own, and returns its exit status. The
 * namespaces end with their first process, and with them every process and mount of the lab, however it
 * ended. Until then the file descriptor `lock` is open.
 */
export async function enterNamespaces(words: readonly string[], lock: number): Promise<number> {
  // Leftovers of a lab that was killed.
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
  // The terminal sends Ctrl-C to the lab too. A signal to this process alone is passed on. The lab ends
  // first.
  const stop = () => child.stdin?.end();
  for (const signal of ["SIGINT", "SIGTERM"]) process.removeAllListeners(signal);
  process.on("SIGTERM", stop).on("SIGHUP", stop).on("SIGINT", stop);
  const [status] = (await once(child, "close")) as [number | null];
  await removeControlGroups();
  return status ?? 1;
}
