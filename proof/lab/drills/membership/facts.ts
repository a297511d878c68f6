import { deleteMemberRecords } from "../../cluster/memberRecords";
import { isHealthy, voters } from "../../clients/members";
import { until } from "../../until";
import type { Drill, Stage } from "../drill";
import { etcdctl } from "./etcdctl";

/**
 * Seconds until a controller is replaced, and until objects are written again; both depend on
 * etcd-reconcile.timer.
 */
const patience = 240;

/** Facts about the cluster are deleted one after the other, and each time a controller is replaced. */
export const facts: Drill = {
  name: "facts",
  kubernetes: "standIn",
  size: 3,
  limits: { longestPauseMs: 3000 },
  async run(stage) {
    const { lab } = stage;
    await stage.load();
    const formations = await lab.store.list("etcd/formation-");
    const epoch = formations.length;
    const [formation, formed] = ["formation", "formed"].map((name) => `etcd/${name}-${epoch}.json`);
    const began = Date.now();

    for (const gone of [[formed], [formation], [formation, formed]]) {
      stage.note(`${gone.join(" and ")} are deleted`);
      for (const key of gone) await lab.store.write(key, undefined);
      await replaceFollower(stage);
      await until(`${gone.join(" and ")} are written again`, patience, async () => {
        const keys = (await lab.store.list("etcd/")).map(({ key }) => key);
        return gone.every((key) => keys.includes(key)) || `there are ${keys.join(", ")}`;
      });
    }

    const later = `etcd/formation-${epoch + 1}.json`;
    stage.note(`${later} is another cluster's`);
    const other = JSON.parse(await lab.store.read(formation)) as object;
    await lab.store.write(later, JSON.stringify({ ...other, epoch: epoch + 1, token: `other-${epoch + 1}` }));
    await replaceFollower(stage, async (newcomer) => {
      await until(`${newcomer} says what it waits for`, patience, async () => {
        if (!lab.machine(newcomer).isOn) return "it is not switched on yet";
        const { stdout } = await lab.machine(newcomer).run(["journalctl", "--unit=etcd", "--no-pager"]);
        return (
          new RegExp(`waiting until \\S+${later} is this cluster's own`).test(stdout) || stdout.slice(-200)
        );
      });
      await lab.store.write(later, undefined);
    });

    const victim = await lab.follower();
    stage.note(`the notes on the disk of ${victim.id} are deleted`);
    const notes = ["epoch", "formed", "formation"].map((name) => `/var/lib/cluster/etcd-${name}`);
    await victim.run(["rm", ...notes]);
    await until("the notes are written again", patience, async () => {
      const { status, stderr } = await victim.run(["ls", ...notes]);
      return status === 0 || stderr;
    });

    stage.note("the records of all members are deleted from the zone");
    await deleteMemberRecords(lab.cluster.outputs.zoneId);
    await replaceFollower(stage);

    const removed = await lab.follower();
    const { id } = lab.members.latest?.members.find(({ name }) => name === removed.id) ?? { id: "" };
    stage.note(`${removed.id} is removed from etcd's member list`);
    // etcd refuses changes for five seconds after a member has joined.
    await until(`etcd removes member ${id}`, patience, () =>
      etcdctl(removed, "member", "remove", id).then(() => true, String),
    );
    await lab.members.until(
      `${removed.id} is a voter again, as another member`,
      patience,
      (seen) =>
        isHealthy(seen, stage.size) &&
        voters(seen).some((voter) => voter.name === removed.id && voter.id !== id),
    );

    const left = (await lab.store.list("etcd/formation-")).map(({ key }) => key);
    if (left.join(" ") !== formations.map(({ key }) => key).join(" "))
      throw new Error(`there are other formations: ${left.join(", ")}`);
    return {
      what: "objects, notes, records and a member deleted, an object of another cluster written, controllers replaced meanwhile",
      seconds: (Date.now() - began) / 1000,
    };
  },
};

/** A follower vanishes; returns once its replacement is a voter. */
async function replaceFollower(stage: Stage, meanwhile?: (newcomer: string) => Promise<void>): Promise<void> {
  const { lab, size } = stage;
  const victim = await lab.follower();
  stage.note(`${victim.id} vanishes`);
  await lab.cluster.vanish([victim.id]);
  const { id } = await lab.poweredOn();
  await meanwhile?.(id);
  await lab.members.until(
    `${id} is a voter`,
    patience,
    (seen) => isHealthy(seen, size) && voters(seen).every(({ name }) => name !== victim.id),
  );
}
