import { setTimeout as sleep } from "node:timers/promises";
import { giveNotice, noticeSeconds } from "../../cluster/interruption";
import { instanceOf, type Node } from "../../kubernetes/kubernetes";
import { until } from "../../until";
import type { Drill } from "../drill";
import { drainLog } from "./drain";
import { Web, webName, type Pod } from "../pods/web";

/** Seconds after which a missing effect is a failure. */
const patience = 300;

/**
 * EC2 takes a Spot instance back. Two minutes are enough for its pods to run elsewhere, and their Service
 * always answers. Once they do, EC2 terminates the instance, without Auto Scaling and its hooks.
 */
export const spotNotice: Drill = {
  name: "spot-notice",
  kubernetes: "real",
  size: 3,
  workers: 2,
  limits: { seconds: noticeSeconds },
  async run(stage) {
    const { lab } = stage;
    const web = await Web.deploy(lab.kubernetes, "Honor"); // the other worker takes the pod
    const [pod, other] = await web.pods();
    const nodes = await lab.kubernetes.list<Node>("nodes");
    const node = nodes.find(({ metadata }) => metadata.name === pod?.spec.nodeName);
    if (!pod || !other || !node) throw new Error("there are no two pods on nodes");
    const instance = instanceOf(node);
    const client = new ServiceClient(web, other);

    stage.note(`${instance}, on which ${pod.metadata.name} runs, gets the notice`);
    const began = Date.now();
    const notice = noticeSeconds * stage.limitFactor;
    giveNotice(lab, instance, notice);
    await until("its pods run elsewhere", notice, async () => {
      const pods = await web.pods();
      const elsewhere = pods.filter(
        ({ spec }) => spec.nodeName !== undefined && spec.nodeName !== node.metadata.name,
      );
      return (
        elsewhere.length === 2 || `on ${pods.map(({ spec }) => spec.nodeName ?? "no node").join(" and ")}`
      );
    });
    await web.isAvailable();
    const seconds = (Date.now() - began) / 1000;
    if (!lab.machines().some(({ id }) => id === instance)) throw new Error(`${instance} was gone before`);
    stage.note(`its pods run elsewhere after ${seconds.toFixed(1)} s`);
    for (const step of [
      `EC2 takes ${instance} back in`,
      `evicting pod drill/${pod.metadata.name}`,
      `drained ${node.metadata.name}`,
    ])
      await until(`a controller tells "${step}" of ${instance}`, notice, async () => {
        const log = await drainLog(lab, instance);
        return log.includes(step) || log;
      });
    await lab.cluster.vanish([instance]);
    await until(`${instance} is gone, and its node`, patience, async () => {
      const { stderr } = await lab.kubernetes.attempt(["get", "node", node.metadata.name]);
      const isThere = lab.machines().some(({ id }) => id === instance);
      return (!isThere && stderr.includes("NotFound")) || "it is there";
    });
    await client.stop();

    if (client.failures.length > 0)
      throw new Error(`the Service did not answer ${client.failures.length} times: ${client.failures[0]}`);
    await lab.cluster.settled(patience);
    return {
      what: "a Spot instance was taken back after its notice",
      seconds,
      figures: { "answers of the Service": client.answers },
    };
  },
};

/** Calls the Service from inside a pod in a loop, and repeats a failed call once. */
class ServiceClient {
  answers = 0;
  /** Why calls failed twice. */
  readonly failures: string[] = [];
  private isStopped = false;
  private readonly loop: Promise<void>;

  constructor(
    private readonly web: Web,
    private readonly pod: Pod,
  ) {
    this.loop = this.run();
  }

  stop(): Promise<void> {
    this.isStopped = true;
    return this.loop;
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      const began = Date.now();
      await this.ask()
        .catch(() => this.ask())
        .catch((error: Error) => this.failures.push(error.message));
      await sleep(Date.now() - began); // a kubectl in half of the time leaves the nodes their processors
    }
  }

  private async ask(): Promise<void> {
    await this.web.ask(this.pod, "fetch", { url: `http://${webName}/` });
    this.answers++;
  }
}
