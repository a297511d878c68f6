import { isHealthy, voters } from "../../clients/members";
import type { Drill } from "../drill";

/**
 * The leader's instance vanishes with its disk. Auto Scaling replaces it, and the new instance becomes a
 * member.
 */
export const crash: Drill = {
  name: "crash",
  kubernetes: "standIn",
  size: 3,
  limits: { seconds: 20, longestPauseMs: 3000 },
  async run(stage) {
    const { lab, size } = stage;
    await stage.askApi();
    await stage.load();
    const leader = await lab.leader();
    stage.note(`${leader.id}, the leader, vanishes`);
    await lab.cluster.vanish([leader.id]);
    const newcomer = await lab.poweredOn();
    stage.note(`${newcomer.id} is powered on`);
    const healthy = await lab.members.until(
      "the newcomer is a voter",
      120,
      (seen) => isHealthy(seen, size) && voters(seen).every(({ name }) => name !== leader.id),
    );
    await lab.recordsAre(healthy.members.map(({ name }) => name));
    const seconds = (Date.parse(healthy.time) - newcomer.time) / 1000;
    return { what: "the leader vanished with its disk", seconds };
  },
};
