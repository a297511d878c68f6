import { openStackOnLocalAws, operate, type Run } from "./run";

/** `make local ARGS=preview`: what a deployment of the stack to the local AWS would change; changes nothing. */
export async function preview(run: Run): Promise<void> {
  const stack = await openStackOnLocalAws(run);
  run.report(`Previewing stack ${run.stackName}`);
  await operate(run, "preview", stack);
}
