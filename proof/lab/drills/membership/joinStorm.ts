import { isHealthy } from "../../clients/members";
import type { Drill } from "../drill";

/** Two instances are added while one is told to go: three new members and a leaving one at once. */
export const joinStorm: Drill = {
  name: "join-storm",
  kubernetes: "standIn",
  size: 3,
  limits: { longestPauseMs: 1000, failed: 0 },
  async run(stage) {
    const { lab } = stage;
    await stage.load();
    const leaver = await lab.follower();
    const began = Date.now();
    stage.note(`controlPlane.size 5, and ${leaver.id} is to be terminated`);
    await Promise.all([
      lab.cluster.up({ "controlPlane.size": "5" }),
      lab.poweredOn().then(() => lab.terminate(leaver.id)),
    ]);
    const healthy = await lab.members.until(
      "5 healthy voters without the leaver",
      180 + lab.leavingSeconds,
      (seen) => isHealthy(seen, 5) && seen.members.every(({ name }) => name !== leaver.id),
    );
    const seconds = (Date.parse(healthy.time) - began) / 1000;
    await lab.recordsAre(healthy.members.map(({ name }) => name));
    return { what: "three newcomers and one leaver at once", seconds };
  },
};
