import type { Stack } from "@pulumi/pulumi/automation";
import { checkedLines, checkedRequests } from "./aws/checkedRequests";
import { localAwsUrl } from "./aws/environment";
import { stopLocalAws } from "./aws/process";
import { clusterOutputs, findGroups, findRecords, type ClusterOutputs } from "./cluster";
import { followEvents } from "./discovery";
import { localFolders } from "./folders";
import { isInterrupted } from "./interrupt";
import { openStackOnLocalAws, operate, type Run } from "./run";
import { localStack, pendingOperations } from "./stack";
import { noteRunning, setStateAside, wasCutOff } from "./state";
import { summary } from "./summary";

/**
 * `make local`: deploys the local stack, waits until the discovery function has its instances, and shows the
 * result.
 */
export async function up(run: Run): Promise<void> {
  if (run.stackName !== localStack) {
    throw new Error(
      `only stack ${localStack} is deployed here; STACK=${run.stackName} can be previewed (ARGS=preview)`,
    );
  }
  const began = new Date();
  const stack = await deploy(run);
  const outputs = await clusterOutputs(stack);
  const [controllers, ...pools] = await findGroups([
    outputs.controllerGroupName,
    ...Object.values(outputs.poolGroupNames),
  ]);
  if (!controllers) throw new Error("the stack has no group of controllers");

  run.report(`What ${outputs.discoveryFunctionName} made of the events`);
  await followEvents(
    localAwsUrl(run.port),
    outputs.discoveryFunctionName,
    controllers.name,
    began,
    run.report,
  );

  for (const line of checkedLines(await checkedRequests(localAwsUrl(run.port)))) run.report(line);

  const records = await findRecords(outputs.zoneId);
  run.report(`\n${summary({ outputs, controllers, pools, records, places: places(run, outputs) })}`);
}

/**
 * Deploys the stack. If a killed run has left an unusable state, it is discarded with its local AWS, which
 * holds nothing of value.
 */
async function deploy(run: Run): Promise<Stack> {
  const stack = await openStackOnLocalAws(run);
  const cutOff = wasCutOff(run.project);
  if ((await pendingOperations(stack)) > 0) {
    return deployAnew(run, "the last run was killed in the middle of a change");
  }
  try {
    await deployStack(run, stack);
    return stack;
  } catch (error) {
    if (!cutOff || isInterrupted()) throw error;
    return deployAnew(
      run,
      "the last run was ended in the middle of a change, and this one cannot go on from there",
    );
  }
}

async function deployAnew(run: Run, reason: string): Promise<Stack> {
  run.report(`${reason}: starting anew with an empty local AWS`);
  await stopLocalAws(run.project, run.port);
  setStateAside(run.project);
  const stack = await openStackOnLocalAws(run);
  await deployStack(run, stack);
  return stack;
}

async function deployStack(run: Run, stack: Stack): Promise<void> {
  run.report(`Deploying stack ${run.stackName}`);
  await noteRunning(run.project, () => operate(run, "up", stack));
}

function places({ project, port }: Run, outputs: ClusterOutputs): [string, string][] {
  const { state, log } = localFolders(project);
  return [
    ["local AWS", `http://127.0.0.1:${port}, log ${log}`],
    ["state", state],
    ["node store", `s3://${outputs.nodeStoreBucket}`],
    ["kubeconfig", "make --silent local ARGS=kubeconfig"],
  ];
}
