import { instanceOf, type Node } from "../../kubernetes/kubernetes";
import type { Lab } from "../../lab";
import { until } from "../../until";
import type { Drill } from "../drill";
import { Web } from "../pods/web";

/** Seconds after which an instance that still exists is a failure. */
const patience = 300;

/**
 * Auto Scaling terminates a worker. It is cordoned and drained within its hook's time, the budget is kept,
 * then it is gone.
 */
export const drain: Drill = {
  name: "drain",
  kubernetes: "real",
  size: 3,
  workers: 2,
  limits: { seconds: 60 },
  async run(stage) {
    const { lab } = stage;
    const web = await Web.deploy(lab.kubernetes);
    const [pod] = await web.pods();
    const nodes = await lab.kubernetes.list<Node>("nodes");
    const node = nodes.find(({ metadata }) => metadata.name === pod?.spec.nodeName);
    if (!pod || !node) throw new Error("no pod runs on a node");
    const instance = instanceOf(node);
    await web.keeps(2);
    stage.note(
      `${instance}, on which ${pod.metadata.name} runs, is to be terminated; the budget spares no pod`,
    );
    await lab.terminate(instance);
    await until("the budget holds the pod", patience, async () => {
      const log = await drainLog(lab, instance);
      return log.includes(heldByBudget) || "it does not";
    });
    if (!(await web.pods()).some(({ metadata }) => metadata.name === pod.metadata.name))
      throw new Error(`${pod.metadata.name} was evicted against its budget`);
    stage.note("the budget spares one");
    await web.keeps(1);
    const began = Date.now();
    await until(`${instance} is gone`, patience, () => {
      return lab.machines().every(({ id }) => id !== instance) || "it is there";
    });
    const seconds = (Date.now() - began) / 1000;
    const log = await drainLog(lab, instance);
    for (const step of [
      `node/${node.metadata.name} cordoned`,
      `evicting pod drill/${pod.metadata.name}`,
      `drained ${node.metadata.name} (${instance})`,
      `completed the hook terminate`,
    ])
      if (!log.includes(step)) throw new Error(`no controller tells "${step}" of ${instance}: ${log}`);
    const left = await lab.kubernetes.attempt(["get", "node", node.metadata.name]);
    if (!left.stderr.includes("NotFound")) throw new Error(`the node ${node.metadata.name} is still there`);
    await lab.cluster.settled(patience);
    await web.isAvailable();
    return { what: "a worker was terminated by Auto Scaling", seconds };
  },
};

/** The line in a drain's log about a pod that its budget protects. */
export const heldByBudget = "would violate the pod's disruption budget";

/** The controllers' log of an instance's drain; the leading controller has done it. */
export async function drainLog(lab: Lab, instance: string): Promise<string> {
  const words = ["journalctl", "--unit", `drain@${instance}.service`, "--output", "cat", "--no-pager"];
  const controllers = (await lab.cluster.controllers()).map(({ id }) => lab.machine(id));
  const logs = await Promise.all(controllers.map((machine) => machine.run(words)));
  return logs.map(({ stdout }) => stdout).join("");
}
