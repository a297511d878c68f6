import type { Machine } from "./node/machine";
import { until } from "./until";

/** A unit that failed in a fault is well again after its next pass, the slowest timer's but for those of hours. */
const seconds = 90;

/** @throws Error that names the units that have failed on a machine, and stay so */
export async function noFailedUnits(machines: () => readonly Machine[]): Promise<void> {
  await until("no unit has failed", seconds, async () => {
    const on = machines().filter(({ isOn }) => isOn);
    const failed = await Promise.all(on.map(failedUnits));
    return failed.flat().length === 0 || failed.flat().join("; ");
  });
}

async function failedUnits(machine: Machine): Promise<string[]> {
  const { stdout } = await machine.run([
    "systemctl",
    "list-units",
    "--state=failed",
    "--plain",
    "--no-legend",
  ]);
  return stdout.split("\n").flatMap((line) => (line.trim() === "" ? [] : [`${machine.id}: ${line.trim()}`]));
}
