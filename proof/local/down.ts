import { rmSync } from "node:fs";
import { localAwsUrl } from "./aws/environment";
import { findLocalAws, stopLocalAws } from "./aws/process";
import { findPython } from "./aws/python";
import { localFolders } from "./folders";
import { isInterrupted } from "./interrupt";
import { listLeftovers, type Leftover } from "./leftovers";
import { openStackOnLocalAws, operate, type Run } from "./run";
import { pendingOperations, stackRegion } from "./stack";
import { noteRunning, wasCutOff } from "./state";

/**
 * `make down`: destroys the stack, checks every service for leftovers, and ends the local AWS.
 * @throws Error naming the leftovers, unless an earlier run was killed in the middle of a change: the engine
 * cannot know what that run made
 */
export async function down(run: Run): Promise<void> {
  const { project, port, report } = run;
  const running = await findLocalAws(port);
  if (running?.project !== project) {
    report("No local AWS runs, so nothing is deployed");
    forget(project);
    return;
  }
  const python = await findPython(report);
  const stack = await openStackOnLocalAws(run);
  const cutOff = wasCutOff(project) || (await pendingOperations(stack)) > 0;
  report(`Destroying stack ${run.stackName}`);
  try {
    await noteRunning(project, () => operate(run, "destroy", stack));
  } catch (error) {
    if (!cutOff || isInterrupted()) throw error;
    report("  not all of it: an earlier run was ended in the middle of a change");
  }

  const leftovers = await listLeftovers(python, localAwsUrl(port), stackRegion(project, run.stackName));
  await stopLocalAws(project, port);
  forget(project);
  report("Local AWS ended");
  if (leftovers.length === 0) {
    report("Nothing was left in it");
  } else if (cutOff) {
    report(
      `Removed with it: the leftovers of a run that was ended in the middle of a change\n${listed(leftovers)}`,
    );
  } else {
    throw new Error(`the destroyed stack left ${leftovers.length} things behind:\n${listed(leftovers)}`);
  }
}

/** Removes the state of a local AWS that is gone; the log stays. */
function forget(project: string): void {
  const { state, workspace } = localFolders(project);
  for (const folder of [state, workspace]) rmSync(folder, { recursive: true, force: true });
}

function listed(leftovers: readonly Leftover[]): string {
  return leftovers.map(({ kind, id }) => `  ${kind} ${id}`).join("\n");
}
