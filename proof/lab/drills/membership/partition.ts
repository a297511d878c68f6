import { isHealthy } from "../../clients/members";
import type { Drill, Stage } from "../drill";

/** A follower, and then the leader, loses its network. Nobody removes it, and it comes back by itself. */
export const partition: Drill = {
  name: "partition",
  kubernetes: "standIn",
  size: 3,
  limits: { longestPauseMs: 3000 },
  async run(stage) {
    const { lab, size } = stage;
    await stage.load();
    const minutes = 5;
    let back = 0;
    let seconds = 0;
    for (const which of ["a follower", "the leader"] as const) {
      const before = memberIds(stage);
      const machine = which === "the leader" ? await lab.leader() : await lab.follower();
      stage.note(`${machine.id}, ${which}, is cut off`);
      await machine.cut();
      try {
        seconds = await lab.pass(minutes);
        const during = memberIds(stage);
        if (during !== before)
          throw new Error(`members were ${before}, and with ${machine.id} cut off ${during}`);
      } finally {
        await machine.mend();
      }
      stage.note(`${machine.id} is reachable again`);
      const mended = Date.now();
      await lab.members.until(`${machine.id} is healthy again`, 60, (seen) => isHealthy(seen, size));
      back = Math.max(back, Date.now() - mended);
    }
    return { what: `a follower, then the leader cut off for ${seconds} s`, seconds: back / 1000 };
  },
};

function memberIds({ lab }: Stage): string {
  const ids = lab.members.latest?.members.map(({ id }) => id) ?? [];
  return ids.sort().join(" ");
}
