import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { localFolders } from "./folders";
import { isInterrupted } from "./interrupt";

/** What is known of the engine's state before a run. */
export interface StateFacts {
  readonly exists: boolean;
  /** `start` of the local AWS that has the state's resources. */
  readonly madeOn?: string;
  /** `start` of the local AWS that runs now. */
  readonly runs: string;
}

/**
 * What to do with the engine's state: begin a new one, go on with it, or set it aside because its resources
 * are gone.
 */
export function stateFate({ exists, madeOn, runs }: StateFacts): "begin" | "go on" | "set aside" {
  if (!exists) return "begin";
  return madeOn === runs ? "go on" : "set aside";
}

/**
 * Leaves only a state folder that belongs to the running local AWS. If the state's local AWS is gone (after a
 * reboot, for example), the state is set aside.
 */
export function settleState(project: string, runs: string, report: (line: string) => void): void {
  const { state } = localFolders(project);
  const madeOn = readIfThere(madeOnFile(project));
  if (stateFate({ exists: existsSync(state), madeOn, runs }) === "set aside") {
    report("the local AWS of the last run is gone, so its state is set aside and a new one begins");
    setStateAside(project);
  }
  mkdirSync(state, { recursive: true });
  writeFileSync(madeOnFile(project), runs);
}

/** Moves the state folder away. Of more than three such states, the oldest is removed. */
export function setStateAside(project: string): void {
  const { state, setAside } = localFolders(project);
  mkdirSync(setAside, { recursive: true });
  renameSync(state, path.join(setAside, new Date().toISOString().replaceAll(":", "")));
  for (const old of readdirSync(setAside).sort().slice(0, -3)) {
    rmSync(path.join(setAside, old), { recursive: true });
  }
}

/**
 * Whether a run was ever ended in the middle of a change on this state. Then AWS may hold resources that the
 * engine does not know.
 */
export function wasCutOff(project: string): boolean {
  return existsSync(runningFile(project)) || existsSync(cutOffFile(project));
}

/** Runs something that changes resources, and records it if Ctrl-C or a kill ends it in the middle. */
export async function noteRunning<T>(project: string, run: () => Promise<T>): Promise<T> {
  if (existsSync(runningFile(project))) renameSync(runningFile(project), cutOffFile(project));
  writeFileSync(runningFile(project), String(process.pid));
  try {
    return await run();
  } finally {
    if (!isInterrupted()) rmSync(runningFile(project), { force: true });
  }
}

const madeOnFile = (project: string) => path.join(localFolders(project).state, "made-on");
const cutOffFile = (project: string) => path.join(localFolders(project).state, "cut-off");
const runningFile = (project: string) => path.join(localFolders(project).state, "running");

function readIfThere(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
