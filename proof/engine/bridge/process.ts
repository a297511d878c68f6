import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as readline from "node:readline";

/**
 * Runs the bridge in a process group of its own, and ends that whole group, Terraform provider included, when
 * standard input closes. It closes when the plugin asks for the end, and when the plugin dies. The sockets
 * between bridge and provider are in the working folder too, because neither removes them when it is ended.
 */
const KEEPER = `
work=$1; shift
cd "$work"
export TMPDIR=$work
"$@" </dev/null &
exec >/dev/null
cat >/dev/null
trap '' TERM
kill -TERM 0
sleep 0.3
cd / && rm -rf "$work"
kill -KILL 0
`;
const CLOSE_MILLISECONDS = 3000;

export interface BridgeProcess {
  /** TCP port of the bridge on the loopback interface. */
  readonly port: number;
  /** Resolves when the bridge has ended by itself. */
  readonly ended: Promise<void>;
  /** Ends the bridge and everything that it started. */
  close(): Promise<void>;
}

/** Starts the dynamic bridge; `folder` becomes its working folder and is removed with it. */
export async function startBridge(
  binary: string,
  folder: string,
  args: readonly string[],
): Promise<BridgeProcess> {
  const child = spawn("/bin/sh", ["-c", KEEPER, "keeper", folder, binary, ...args], {
    env: withHostsBelow(process.env),
    detached: true,
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.on("error", () => undefined);
  const lines = readline.createInterface({ input: child.stdout });
  const ended = once(lines, "close").then(() => undefined);
  const first = await Promise.race([once(lines, "line"), ended]);
  const port = Number(first?.[0]);
  if (!Number.isInteger(port) || port <= 0) {
    await close(child);
    throw new Error(`${binary} did not report a port, but ${first ? `"${String(first[0])}"` : "ended"}`);
  }
  lines.on("line", (line) => process.stderr.write(line + "\n"));
  return { port, ended, close: () => close(child) };
}

/**
 * Lets the provider reach the local AWS by names below its address too, as S3 Control's 123456789012.127.0.0.1 is: no resolver
 * knows them, and a proxy is asked without one.
 */
function withHostsBelow(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const endpoint = environment.AWS_ENDPOINT_URL;
  return endpoint === undefined
    ? environment
    : { ...environment, HTTP_PROXY: endpoint, http_proxy: endpoint };
}

async function close(child: ChildProcess): Promise<void> {
  child.stdin?.end();
  if (child.exitCode !== null || child.signalCode !== null) return;
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), CLOSE_MILLISECONDS);
  await once(child, "exit", { signal: limit.signal }).catch(() => undefined);
  clearTimeout(timer);
}
