import { isHealthy, voters } from "../../clients/members";
import { until } from "../../until";
import type { Drill } from "../drill";

const minutes = 10;

/** The discovery function fails while an instance is replaced: the schedule repairs the records afterwards. */
export const lambdaDown: Drill = {
  name: "lambda-down",
  kubernetes: "standIn",
  size: 3,
  limits: { longestPauseMs: 3000 },
  async run(stage) {
    const { lab, size } = stage;
    await stage.load();
    const { discoveryFunctionName } = lab.cluster.outputs;
    await lab.deadLetters.purge();
    stage.note(`${discoveryFunctionName} fails from now on`);
    await lab.eventFaults({ functions: { [discoveryFunctionName]: "fail" } });
    const victim = await lab.follower();
    stage.note(`${victim.id} vanishes`);
    await lab.cluster.vanish([victim.id]);
    await lab.poweredOn();
    const seconds = await lab.pass(minutes);
    const letters = await lab.deadLetters.count();
    if (letters === 0) throw new Error("no event has become a dead letter");
    const wanted = [`${discoveryFunctionName}-dead-letters`, `${discoveryFunctionName}-errors`];
    await until(`the alarms ${wanted.join(" and ")} are on`, 10 + lab.minutes(5) / 1000, async () => {
      const on = await lab.deadLetters.alarms();
      return wanted.every((alarm) => on.includes(alarm)) || `on are ${on.join(", ") || "none"}`;
    });
    stage.note(`${letters} dead letters, both alarms are on; the function works again`);
    const repaired = Date.now();
    await lab.noFaults();
    const healthy = await lab.members.until(
      "the newcomer is a voter",
      180,
      (seen) => isHealthy(seen, size) && voters(seen).every(({ name }) => name !== victim.id),
    );
    await lab.recordsAre(healthy.members.map(({ name }) => name));
    await lab.deadLetters.purge();
    await until("the alarms are off", 30 + lab.minutes(5) / 1000, async () => {
      const on = await lab.deadLetters.alarms();
      return on.length === 0 || `on are ${on.join(", ")}`;
    });
    return {
      what: `the function failed for ${seconds} s while an instance was replaced`,
      seconds: (Date.parse(healthy.time) - repaired) / 1000,
      figures: { "dead letters": letters },
    };
  },
};
