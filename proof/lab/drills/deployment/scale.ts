import { isHealthy } from "../../clients/members";
import type { Drill } from "../drill";

/** From three controllers to five and back, by the setting and `pulumi up`. */
export const scale: Drill = {
  name: "scale",
  kubernetes: "standIn",
  size: 3,
  limits: { longestPauseMs: 1000, failed: 0 },
  async run(stage) {
    const { lab } = stage;
    await stage.load();
    const old = (await lab.cluster.controllers()).map(({ id }) => id);
    const began = Date.now();
    const patience = 180 + lab.leavingSeconds;
    for (const size of [5, 3]) {
      stage.note(`controlPlane.size ${size}`);
      await lab.cluster.up({ "controlPlane.size": String(size) });
      const healthy = await lab.members.until(`${size} healthy voters`, patience, (seen) =>
        isHealthy(seen, size),
      );
      await lab.cluster.settled(patience);
      await lab.recordsAre(healthy.members.map(({ name }) => name));
      if (size === 5) {
        const now = (await lab.cluster.controllers()).map(({ id }) => id);
        const replaced = old.filter((id) => !now.includes(id));
        if (replaced.length > 0)
          throw new Error(`two more were wanted, and ${replaced.join(", ")} had to go`);
      }
    }
    return { what: "3 to 5 members and back", seconds: (Date.now() - began) / 1000 };
  },
};
