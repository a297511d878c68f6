import type { InstanceUnitFailure } from "../node/hypervisor";
import type { Machine } from "../node/machine";
import { until } from "../until";
import type { Drill } from "./drill";

/**
 * Seconds until a unit that failed because of a fault has run again with success. All timers except hourly
 * ones are faster.
 */
const recoverySeconds = 90;

/** Whether a drill names a unit among those that may fail. */
export function mayFail({ failingUnits = [] }: Pick<Drill, "failingUnits">, unit: string): boolean {
  return failingUnits.includes(unit) || failingUnits.includes(unit.replace(/@.*(\.\w+)$/, "@$1"));
}

/** One line for each unit and result, with the instances and the time of the first failure. */
export function unitFailureLines(failures: readonly InstanceUnitFailure[]): string[] {
  const byUnit = new Map<string, InstanceUnitFailure[]>();
  for (const failure of failures) {
    const key = `${failure.unit} failed (${failure.result})`;
    byUnit.set(key, [...(byUnit.get(key) ?? []), failure]);
  }
  return [...byUnit].map(([what, all]) => {
    const instances = [...new Set(all.map(({ instance }) => instance))].join(", ");
    const first = new Date(all[0]?.time ?? 0).toISOString();
    return `${what} ${all.length === 1 ? "once" : `${all.length} times`} on ${instances}, first at ${first}`;
  });
}

/** @throws Error that names the units that have failed on a machine and are still failed */
export async function noFailedUnits(machines: () => readonly Machine[]): Promise<void> {
  await until("no unit is in the state failed", recoverySeconds, async () => {
    const on = machines().filter(({ isOn }) => isOn);
    const failed = (await Promise.all(on.map(failedNow))).flat();
    return failed.length === 0 || failed.join("; ");
  });
}

async function failedNow(machine: Machine): Promise<string[]> {
  const list = ["systemctl", "list-units", "--state=failed", "--plain", "--no-legend"];
  const { stdout } = await machine.run(list);
  return stdout.split("\n").flatMap((line) => (line.trim() === "" ? [] : [`${machine.id}: ${line.trim()}`]));
}
