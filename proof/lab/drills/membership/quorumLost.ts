import { isHealthy } from "../../clients/members";
import type { Drill, Stage } from "../drill";

const minutes = 3;

/** `snapshots.intervalMinutes` of Pulumi.lab.yaml. */
const snapshotIntervalSeconds = 300;

/**
 * Two of three instances vanish at once. Nothing happens by itself, and an operator goes back to the newest
 * snapshot.
 */
export const quorumLost: Drill = {
  name: "quorum-lost",
  kubernetes: "standIn",
  size: 3,
  limits: {},
  takesQuorum: true,
  async run(stage) {
    const { lab, size } = stage;
    const load = await stage.load();
    const leader = await lab.leader();
    const { status, stderr } = await leader.run(["systemctl", "start", "etcd-snapshot.service"]);
    if (status !== 0) throw new Error(`no snapshot by ${leader.id}: ${stderr}`);
    await lab.pass(minutes);

    const before = memberNames(stage);
    const epoch = (await lab.store.list("etcd/formation-")).length;
    const gone = [leader.id, (await lab.follower()).id];
    stage.note(`${gone.join(" and ")} vanish at once`);
    const lost = new Date();
    await lab.cluster.vanish(gone);
    await lab.pass(minutes);
    if (memberNames(stage) !== before)
      throw new Error(`members were ${before}, and now are ${memberNames(stage)}`);
    const epochs = await lab.store.list("etcd/formation-");
    const survivor = lab.machines().find(({ id }) => before.includes(id));
    const data = await survivor?.run(["test", "-d", "/var/lib/etcd/member/wal"]);
    if (data?.status !== 0) throw new Error("the survivor's data is gone");
    if (epochs.length !== epoch)
      throw new Error(`nobody asked for it, and there are ${epochs.length} formations`);

    // Follows the runbook "Quorum is lost" in docs/operations.md.
    const snapshot = (await lab.store.list("etcd/snapshots/")).at(-1);
    if (!snapshot) throw new Error("there is no snapshot");
    stage.note(`an operator restores ${snapshot.key}`);
    const began = Date.now();
    await lab.cluster.up({ "restore.snapshot": snapshot.key, "restore.epoch": String(epoch + 1) });
    const healthy = await lab.members.until(`${size} healthy voters`, 300, (seen) => isHealthy(seen, size));
    const restored = new Date(healthy.time);
    await lab.members.begin();
    await lab.cluster.settled(300);
    await lab.cluster.forget("restore");

    await load.stop();
    const { lostFrom } = await load.check();
    const age = (lost.getTime() - snapshot.changed.getTime()) / 1000;
    if (age > snapshotIntervalSeconds) throw new Error(`the newest snapshot was ${age} s old`);
    if (lostFrom && Date.parse(lostFrom) < snapshot.changed.getTime() - 5000) {
      throw new Error(
        `a write of ${lostFrom} is lost, and the snapshot is of ${snapshot.changed.toISOString()}`,
      );
    }
    return {
      what: "two of three vanished; restored from the newest snapshot by the runbook",
      seconds: (restored.getTime() - began) / 1000,
      figures: { "seconds between snapshot and loss": Math.round(age) },
      linearizable: [{ to: lost.toISOString() }, { from: restored.toISOString() }],
    };
  },
};

function memberNames({ lab }: Stage): string {
  const names = lab.members.latest?.members.map(({ name }) => name) ?? [];
  return names.sort().join(" ");
}
