import { fetchDeployedFunction } from "./deployedFunction";
import { launchEventsOf, type Group } from "./cluster";

/** One line of the discovery function's log (lambda/reconcile.ts writes them). */
interface Decision {
  readonly decision?: string;
  readonly changes?: readonly unknown[];
}

/**
 * Feeds the deployed discovery function the launch events of a group's instances, one after the other, and says of each
 * what the function made of it.
 */
export async function deliverLaunchEvents(
  functionName: string,
  group: Group,
  region: string,
  print: (line: string) => void,
): Promise<void> {
  const deployed = await fetchDeployedFunction(functionName);
  try {
    for (const event of await launchEventsOf(group, region)) {
      const { log } = await deployed.invoke(event);
      print(`  launch of ${event.detail.EC2InstanceId}: ${outcome(log)}`);
    }
  } finally {
    deployed.remove();
  }
}

/** What the function decided: `nothing to change`, or how many record sets it changed. */
export function outcome(log: string): string {
  const lines = log.split("\n").filter((line) => line.startsWith("{"));
  const changes = lines
    .map((line) => JSON.parse(line) as Decision)
    .filter(({ decision }) => decision === "change")
    .reduce((sum, line) => sum + (line.changes?.length ?? 0), 0);
  return changes === 0 ? "nothing to change" : `${changes} record sets changed`;
}
