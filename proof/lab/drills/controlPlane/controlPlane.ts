import type { Lab } from "../../lab";
import { until } from "../../until";
import type { Drill, Stage } from "../drill";
import { leadersOf } from "./leaders";

/** Seconds after which a missing control plane is a failure. */
const patience = 300;

/**
 * Three controllers from nothing, with no first one among them. Their launch hooks are completed only once
 * they all serve.
 */
export const controlPlane: Drill = {
  name: "control-plane",
  kubernetes: "real",
  size: 3,
  startsFromNothing: true,
  workers: 0,
  limits: { seconds: 90 },
  async run(stage) {
    const { lab } = stage;
    const poweredOn = await lab.startFromNothing();
    const ready = await controlPlanesReady(stage, poweredOn);
    await lab.kubernetes.nodesAre([...ready.keys()], patience);
    const seconds = (Date.now() - poweredOn) / 1000;
    stage.note(`their nodes are ready after ${seconds.toFixed(1)} s`);
    await stage.askApi();
    for (const [component, { id }] of await leadersOf(lab)) stage.note(`${id} leads as ${component}`);
    await hooksWaited(lab);
    return {
      what: "three control planes from nothing, none of them first",
      seconds,
      figures: { "seconds to three ready apiservers": Math.max(...ready.values()) },
    };
  },
};

/**
 * Waits until the apiserver of every controller is ready, and returns each one's seconds after `poweredOn`.
 * @throws Error if a controller is in service before that
 */
export async function controlPlanesReady(
  stage: Stage,
  poweredOn: number,
): Promise<ReadonlyMap<string, number>> {
  const { lab } = stage;
  const ready = new Map<string, number>();
  await until("the apiservers of all controllers are ready and in service", patience, async () => {
    const instances = await lab.cluster.controllers();
    for (const { id } of instances) {
      const address = lab.machines().find((machine) => machine.id === id)?.address;
      if (ready.has(id) || address === undefined || !(await lab.client.isReady(address))) continue;
      ready.set(id, (Date.now() - poweredOn) / 1000);
      stage.note(`the apiserver of ${id} is ready after ${ready.get(id)?.toFixed(1)} s`);
    }
    const early = instances.find(
      ({ id, lifecycleState }) => lifecycleState === "InService" && !ready.has(id),
    );
    if (early) throw new Error(`${early.id} is in service, and its apiserver is not ready`);
    const states = instances.map(({ id, lifecycleState }) => `${id} ${lifecycleState}`).join(", ");
    return (
      (instances.length === (await lab.cluster.size()) &&
        instances.every(({ lifecycleState }) => lifecycleState === "InService")) ||
      `${states}; ready: ${[...ready.keys()].join(", ") || "none"}`
    );
  });
  return ready;
}

/** In each controller's own journal, the apiserver is ready before the launch is completed. */
async function hooksWaited(lab: Lab): Promise<void> {
  const units = ["kubeadm-init.service", "launch-complete.service"].flatMap((unit) => ["--unit", unit]);
  for (const { id } of await lab.cluster.controllers()) {
    const words = ["journalctl", "--boot", ...units, "--output", "short-unix", "--no-pager"];
    const { stdout } = await lab.machine(id).run(words);
    const ready = firstSaid(stdout, "kubeadm-init: the apiserver is ready");
    const completed = firstSaid(stdout, "complete-launch: launch hook completed: CONTINUE");
    if (completed < ready)
      throw new Error(`${id} completed its launch at ${completed}, and was ready at ${ready}`);
  }
}

/**
 * Time of the first line with these words in a journal in `short-unix`, in seconds since 1970. @throws Error
 * if there is none
 */
export function firstSaid(journal: string, words: string): number {
  const line = journal.split("\n").find((one) => one.includes(words));
  if (line === undefined) throw new Error(`nobody says "${words}"`);
  return Number(line.split(" ")[0]);
}
