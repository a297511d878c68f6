import type { Lab } from "../../lab";
import type { KubernetesObject } from "../../kubernetes/kubernetes";
import type { Machine } from "../../node/machine";
import { until } from "../../until";
import type { Drill, Stage } from "../drill";

/** Seconds after which a control plane that is not there is a failure. */
const patience = 300;

const leaderElected = ["kube-controller-manager", "kube-scheduler"] as const;

interface Lease extends KubernetesObject {
  readonly spec: { readonly holderIdentity?: string };
}

/** Three controllers from nothing, none of them the first: all serve, and only then their launch hooks are completed. */
export const controlPlane: Drill = {
  name: "control-plane",
  kubernetes: "real",
  size: 3,
  limits: { seconds: 90 },
  async run(stage) {
    const { lab } = stage;
    const poweredOn = await lab.startFromNothing();
    const ready = await controlPlanesReady(stage, poweredOn);
    await lab.kubernetes.nodesAre([...ready.keys()], patience);
    const seconds = (Date.now() - poweredOn) / 1000;
    stage.note(`their nodes are ready after ${seconds.toFixed(1)} s`);
    await stage.askApi();
    for (const component of leaderElected)
      stage.note(`${(await leaderOf(lab, component)).id} leads as ${component}`);
    return {
      what: "three control planes from nothing, none of them first",
      seconds,
      figures: { "seconds to three ready apiservers": Math.max(...ready.values()) },
    };
  },
};

/**
 * Waits until the apiserver of every controller is ready, and tells the seconds after `poweredOn` at which each was.
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

/** The controller that holds a component's lease. @throws Error if none of them does */
export async function leaderOf(lab: Lab, component: (typeof leaderElected)[number]): Promise<Machine> {
  const { spec } = await lab.kubernetes.get<Lease>("lease", component, "kube-system");
  const holder = spec.holderIdentity?.replace(/_.*$/, "") ?? "";
  const controllers = (await lab.cluster.controllers()).map(({ id }) => lab.machine(id));
  const leader = controllers.find(({ instance }) => instance.hostname === holder);
  if (!leader) throw new Error(`${component} is led by "${holder}", which is no controller`);
  return leader;
}
