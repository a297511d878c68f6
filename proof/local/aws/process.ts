import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { localFolders } from "../folders";
import { localAwsMood, localAwsUrl } from "./environment";
import { portOwner } from "./portOwner";
import { findPython } from "./python";

/** A running local AWS. */
export interface LocalAws {
  readonly url: string;
  readonly pid: number;
  /** New for every start. The local AWS keeps everything in memory, so nothing outlives this id. */
  readonly start: string;
  /** Path of the project that started it. */
  readonly project: string;
  /** Digest of the code that it runs. */
  readonly code: string;
  /** How slow and strict it is: see `localAwsMood`. */
  readonly mood: string;
}

const startSeconds = 60;
const stopSeconds = 10;

/** The local AWS on a port, of any project; undefined if nothing listens there, or something else. */
export async function findLocalAws(port: number): Promise<LocalAws | undefined> {
  const url = localAwsUrl(port);
  try {
    const answer = await fetch(`${url}/local-aws`, { signal: AbortSignal.timeout(5000) });
    if (!answer.ok) return undefined;
    const identity = (await answer.json()) as Omit<LocalAws, "url">;
    return typeof identity.start === "string" ? { ...identity, url } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The project's local AWS: the running one, or a new one. It runs in its own session, so it outlives this
 * run, and a Ctrl-C in the terminal does not reach it. A new one gets LOCAL_AWS_MOOD and `options`
 * (`server.py --help`).
 * @throws Error if something else has the port; names what has it, or if LOCAL_AWS_MOOD is wrong
 */
export async function startLocalAws(
  project: string,
  port: number,
  report: (line: string) => void,
  options: readonly string[] = [],
): Promise<LocalAws> {
  const mood = localAwsMood(process.env);
  const running = await findLocalAws(port);
  if (running?.project === project) {
    if (running.mood !== mood) {
      report(`the local AWS runs in the mood "${running.mood}"; \`make down\` and \`make local\` change it`);
    }
    if (running.code !== codeDigest()) {
      report("the local AWS runs an earlier version of local/aws; `make down` and `make local` renew it");
    }
    return running;
  }
  if (running) {
    throw new Error(
      `port ${port} is taken by the local AWS of ${running.project} (pid ${running.pid}); ` +
        "run `make down` there, or set LOCAL_AWS_PORT to another port",
    );
  }
  if (await isTaken(port)) {
    throw new Error(
      `port ${port} is taken by ${portOwner(port)}; end it, or set LOCAL_AWS_PORT to another port`,
    );
  }

  const python = await findPython(report);
  const { local, log } = localFolders(project);
  mkdirSync(local, { recursive: true });
  const output = openSync(log, "w");
  const identity = ["--project", project, "--code", codeDigest(), "--mood", mood];
  const server = spawn(
    python,
    [...[path.join(__dirname, "server.py"), "--port", String(port)], ...identity, ...options],
    {
      detached: true,
      stdio: ["ignore", output, output],
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
    },
  );
  closeSync(output);
  server.unref();
  for (const deadline = Date.now() + startSeconds * 1000; Date.now() < deadline; await sleep(100)) {
    const started = await findLocalAws(port);
    if (started) return started;
    if (server.exitCode !== null) break;
  }
  throw new Error(
    `the local AWS did not start; the end of ${log}:\n${readFileSync(log, "utf8").slice(-2000)}`,
  );
}

/** Ends the project's local AWS with everything in it. False if none is on that port. */
export async function stopLocalAws(project: string, port: number): Promise<boolean> {
  const running = await findLocalAws(port);
  if (!running || running.project !== project) return false;
  process.kill(running.pid, "SIGTERM");
  for (const deadline = Date.now() + stopSeconds * 1000; Date.now() < deadline; await sleep(50)) {
    if (!isAlive(running.pid)) return true;
  }
  process.kill(running.pid, "SIGKILL");
  return true;
}

/** Digest of the local AWS's own code and of its packages. */
function codeDigest(): string {
  const digest = createHash("sha256");
  const files = readdirSync(__dirname, { recursive: true, encoding: "utf8" });
  for (const file of files.filter((name) => /\.(py|cjs|json|txt)$/.test(name)).sort()) {
    digest.update(file).update(readFileSync(path.join(__dirname, file)));
  }
  return digest.digest("hex");
}

/** Whether a process with that id exists, of any user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
