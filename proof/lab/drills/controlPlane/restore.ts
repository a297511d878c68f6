import type { Lab } from "../../lab";
import { isHealthy } from "../../clients/members";
import type { Machine } from "../../node/machine";
import { until } from "../../until";
import type { Drill, Stage } from "../drill";
import { bash } from "./leafCertificates";
import { Restored } from "./restored";

/** Seconds after which a missing effect is a failure. */
const patience = 420;

/**
 * Two of three controllers vanish, and an operator goes back to a snapshot. Kubernetes goes on from there, on
 * every node.
 */
export const restore: Drill = {
  name: "restore",
  kubernetes: "real",
  size: 3,
  workers: 1,
  limits: {},
  takesQuorum: true,
  async run(stage) {
    const { lab, size } = stage;
    const objects = await Restored.begin(lab.kubernetes);
    const snapshot = await nextSnapshot(stage);
    await objects.later();
    stage.note("after it an object is made and one is deleted, and a worker joins");
    await lab.cluster.up({ "workerPools.workers.min": "2" });
    await lab.cluster.settled(patience);
    const workers = (await lab.cluster.workers()).map(({ id }) => id);
    await lab.kubernetes.nodesAre(
      [...(await lab.cluster.controllers()).map(({ id }) => id), ...workers],
      patience,
    );
    const before = await objects.revision();

    const gone = [(await lab.leader()).id, (await lab.follower()).id];
    const survivor = lab.machine(
      (await lab.cluster.controllers()).map(({ id }) => id).find((id) => !gone.includes(id)) ?? "",
    );
    const apiserver = await apiserverOf(survivor);
    stage.note(`${gone.join(" and ")} vanish at once`);
    await lab.cluster.vanish(gone);

    // Follows the runbook "Quorum is lost" in docs/operations.md.
    const epoch = (await lab.store.list("etcd/formation-")).length;
    stage.note(`an operator restores ${snapshot}`);
    const began = Date.now();
    await lab.cluster.up({ "restore.snapshot": snapshot, "restore.epoch": String(epoch + 1) });
    await lab.members.until(`${size} healthy voters`, patience, (seen) => isHealthy(seen, size));
    stage.note(`etcd is healthy after ${secondsSince(began)} s`);
    await lab.members.begin();
    await lab.cluster.settled(patience);
    await lab.kubernetes.nodesAre(
      [...(await lab.cluster.controllers()).map(({ id }) => id), ...workers],
      patience,
    );
    const seconds = (Date.now() - began) / 1000;
    stage.note(`all nodes are ready after ${secondsSince(began)} s`);

    if ((await apiserverOf(survivor)) === apiserver)
      throw new Error(`the apiserver of ${survivor.id} is the process of before the restore`);
    await objects.areOfTheSnapshot();
    await objects.watchesEnd(before);
    await objects.controllersAct(await hostnames(lab));
    await objects.kubeletsReport(new Date());
    await lab.cluster.forget("restore");
    return {
      what: "two of three vanished; Kubernetes went on from the restored snapshot",
      seconds,
      figures: { "revisions skipped": Number((await objects.revision()) - before) },
    };
  },
};

/**
 * Key of the next snapshot that a node's timer takes. The older snapshots are gone from the store, so one is
 * due.
 */
async function nextSnapshot(stage: Stage): Promise<string> {
  const { lab } = stage;
  await lab.store.forget("etcd/snapshots/");
  let key: string | undefined;
  await until("the timer takes a snapshot", 240, async () => {
    key = (await lab.store.list("etcd/snapshots/")).at(-1)?.key;
    return key !== undefined || "there is none";
  });
  stage.note(`the timer took ${key}`);
  return key!;
}

/** Process id. */
const apiserverOf = (machine: Machine) => bash(machine, "pidof kube-apiserver");

async function hostnames(lab: Lab): Promise<string[]> {
  return (await lab.cluster.workers()).map(({ id }) => lab.machine(id).instance.hostname);
}

const secondsSince = (time: number) => ((Date.now() - time) / 1000).toFixed(1);
