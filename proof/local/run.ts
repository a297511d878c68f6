import type { Stack } from "@pulumi/pulumi/automation";
import { findEngine, type Engine } from "../engine";
import { enterLocalAws, localAwsUrl } from "./aws/environment";
import { startLocalAws } from "./aws/process";
import { EngineProgress } from "./engineProgress";
import { localFolders } from "./folders";
import { isInterrupted, withEngine } from "./interrupt";
import { asCaller } from "./judged";
import { breakStaleLock } from "./locks";
import { settleState } from "./state";
import { openStack, stackPlace, stackRegion } from "./stack";

/** The context of a command. */
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
  /**
   * Whether the local AWS allows the engine only what docs/preview-policy.json and docs/deploy-policy.json
   * allow. @default no
   */
  readonly judged?: boolean;
  /** How the engine that was found is run. @default unchanged */
  readonly engine?: (found: Engine) => Promise<Engine>;
}

/**
 * Starts the local AWS if it does not run, makes it the only AWS of this process, and opens the stack with a
 * state that belongs to it.
 */
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
 * Runs one operation of the engine, reports its progress, and prints the changes and seconds at the end.
 * `replace` has the URNs of resources that an `up` replaces.
 */
export async function operate(
  run: Run,
  operation: "up" | "preview" | "destroy",
  stack: Stack,
  replace: readonly string[] = [],
): Promise<EngineProgress> {
  const { report } = run;
  const progress = new EngineProgress(operation === "preview", report);
  const began = Date.now();
  const engine = () =>
    withEngine<unknown>((signal) => {
      const options = { onEvent: progress.onEvent, signal };
      return operation === "up" ? stack.up({ ...options, replace: [...replace] }) : stack[operation](options);
    });
  try {
    const caller = operation === "preview" ? "previewer" : "deployer";
    await (run.judged ? asCaller({ ...run, ...stackPlace(run) }, caller, engine) : engine());
  } catch (error) {
    // The engine's own error text repeats the whole operation, so it is printed only if nothing else was.
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
