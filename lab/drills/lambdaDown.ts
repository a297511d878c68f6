import { setTimeout as sleep } from "node:timers/promises";
import { isHealthy, voters } from "../members";
import type { Drill } from "./drill";

const minutes = 10;

/** The discovery function fails while an instance is replaced: the schedule repairs the records afterwards. */
export const lambdaDown: Drill = {
  name: "lambda-down",
  size: 3,
  limits: { longestPauseMs: 3000 },
  async run(stage) {
    const { lab, size } = stage;
    await stage.load();
    const { discoveryFunctionName } = lab.cluster.outputs;
    stage.note(`${discoveryFunctionName} fails from now on`);
    await lab.eventFaults({ functions: { [discoveryFunctionName]: "fail" } });
    const victim = await lab.follower();
    stage.note(`${victim.id} vanishes`);
    await lab.cluster.vanish([victim.id]);
    await lab.poweredOn();
    await lab.pass(minutes);
    const letters = await lab.deadLetters();
    if (letters === 0) throw new Error("no event has become a dead letter");
    for (
      const deadline = Date.now() + lab.minutes(5) + 10_000;
      (await lab.alarms()).length === 0;
      await sleep(500)
    ) {
      if (Date.now() > deadline) throw new Error(`${letters} dead letters, and no alarm is on`);
    }
    const alarms = await lab.alarms();
    stage.note(`${letters} dead letters, alarms on: ${alarms.join(", ")}; the function works again`);
    const repaired = Date.now();
    await lab.noFaults();
    const healthy = await lab.members.until(
      "the newcomer is a voter",
      180,
      (seen) => isHealthy(seen, size) && voters(seen).every(({ name }) => name !== victim.id),
    );
    await lab.recordsAre(healthy.members.map(({ name }) => name));
    return {
      what: `the function failed for ${minutes} min while an instance was replaced`,
      seconds: (Date.parse(healthy.time) - repaired) / 1000,
      figures: { "dead letters": letters, "alarms on": alarms.length },
    };
  },
};
