import { isHealthy } from "../../clients/members";
import type { Drill, Stage } from "../drill";

/** Each node reboots, one after the other. Then etcd restarts on all nodes. The members stay the same. */
export const reboot: Drill = {
  name: "reboot",
  kubernetes: "standIn",
  size: 3,
  limits: { longestPauseMs: 3000 },
  async run(stage) {
    const { lab, size } = stage;
    await stage.load();
    const before = await memberIds(stage);
    let longest = 0;
    for (const machine of lab.machines()) {
      stage.note(`${machine.id} reboots`);
      const began = Date.now();
      await machine.reboot();
      await lab.members.until(`${machine.id} is back`, 60, (seen) => isHealthy(seen, size));
      longest = Math.max(longest, Date.now() - began);
    }
    for (const machine of lab.machines()) {
      stage.note(`etcd restarts on ${machine.id}`);
      const { status, stderr } = await machine.run(["systemctl", "restart", "etcd.service"]);
      if (status !== 0) throw new Error(`etcd does not restart on ${machine.id}: ${stderr}`);
      await lab.members.until(`etcd on ${machine.id} is back`, 60, (seen) => isHealthy(seen, size));
    }
    const after = await memberIds(stage);
    if (before !== after) throw new Error(`member ids were ${before}, and now are ${after}`);
    return { what: `${size} nodes rebooted in turn, then etcd restarted on each`, seconds: longest / 1000 };
  },
};

async function memberIds({ lab, size }: Stage): Promise<string> {
  const seen = await lab.members.until("all members healthy", 60, (now) => isHealthy(now, size));
  return seen.members
    .map(({ id, name }) => `${name}=${id}`)
    .sort()
    .join(" ");
}
