import type { Stack } from "@pulumi/pulumi/automation";
import { findEngine, type Engine } from "../engine";
import { enterLocalAws, localAwsUrl } from "./aws/environment";
import { startLocalAws } from "./aws/process";
import { EngineProgress } from "./engineProgress";
import { localFolders } from "./folders";
import { isInterrupted, withEngine } from "./interrupt";
import { breakStaleLock } from "./locks";
import { settleState } from "./state";
import { openStack, stackRegion } from "./stack";

/** What a command is about. */
export interface Run {
  /** Path of the project, which keeps the state and the local AWS. */
  readonly project: string;
  /** Path of the program and its stack files. @default the project */
  readonly program?: string;
  readonly stackName: string;
  /** Port of the local AWS. */
  readonly port: number;
  /** Prints a line for the person at the terminal. */
  readonly report: (line: string) => void;
  /** How the engine runs that was found. @default as it is */
  readonly engine?: (found: Engine) => Promise<Engine>;
}

/** The local AWS is up, this process knows no other, and the stack is open on it with a state that belongs to it. */
export async function openStackOnLocalAws(run: Run): Promise<Stack> {
  const { project, program = project, stackName, port, report } = run;
  const region = stackRegion(program, stackName);
  enterLocalAws(localAwsUrl(port), region);
  const aws = await startLocalAws(project, port, report);
  report(`Local AWS: ${aws.url} (process ${aws.pid}, log ${localFolders(project).log})`);
  settleState(project, aws.start, report);
  const engine = await findEngine(report);
  report(`Engine: ${engine.origin}`);
  return openUnlocked(run, (await run.engine?.(engine)) ?? engine);
}

async function openUnlocked(
  { project, program = project, stackName, report }: Run,
  engine: Engine,
): Promise<Stack> {
  const stack = await openStack(project, program, stackName, engine);
  await breakStaleLock(stack, project, report);
  return stack;
}

/**
 * Runs one operation of the engine, tells what it does, and closes with its changes and seconds. `replace` names
 * resources by URN that an `up` makes anew.
 */
export async function operate(
  { report }: Run,
  operation: "up" | "preview" | "destroy",
  stack: Stack,
  replace: readonly string[] = [],
): Promise<EngineProgress> {
  const progress = new EngineProgress(operation === "preview", report);
  const began = Date.now();
  try {
    await withEngine<unknown>((signal) => {
      const options = { onEvent: progress.onEvent, signal };
      return operation === "up" ? stack.up({ ...options, replace: [...replace] }) : stack[operation](options);
    });
  } catch (error) {
    // The engine's own words come only where nothing has been told yet: they repeat the whole operation.
    throw progress.errors > 0
      ? new Error("the engine failed; its errors are above", { cause: error })
      : error;
  } finally {
    progress.stop();
  }
  if (isInterrupted()) throw new Error("interrupted");
  report(`  ${progress.summary()}, ${Math.round((Date.now() - began) / 1000)} s`);
  return progress;
}
