import { noneFailedTwice } from "../../apiClient";
import { instanceOf, type Node } from "../../kubernetes/kubernetes";
import { until } from "../../until";
import type { Drill } from "../drill";

/** Seconds after which a replacement that does not serve is a failure. */
const patience = 180;

/** A controller vanishes with its disk: the API goes on by its name, the replacement serves, the dead Node is deleted. */
export const heal: Drill = {
  name: "heal",
  kubernetes: "real",
  size: 3,
  limits: { seconds: 60 },
  async run(stage) {
    const { lab } = stage;
    const asks = await stage.askApi("writes");
    const [lost] = await lab.cluster.controllers();
    const nodes = await lab.kubernetes.list<Node>("nodes");
    const dead = nodes.find((node) => instanceOf(node) === lost?.id)?.metadata.name ?? "";
    stage.note(`${lost?.id}, the node ${dead}, vanishes`);
    const vanished = Date.now();
    await lab.cluster.vanish([lost?.id ?? ""]);
    const newcomer = await lab.poweredOn();
    stage.note(`${newcomer.id} is powered on`);
    const { address } = lab.machine(newcomer.id);
    await until(`the apiserver of ${newcomer.id} is ready`, patience, async () => {
      return (await lab.client.isReady(address)) || "it is not";
    });
    const seconds = (Date.now() - newcomer.time) / 1000;
    await until(`the node ${dead} is deleted`, patience, async () => {
      const { status, stderr } = await lab.kubernetes.attempt(["get", "node", dead]);
      return (status !== 0 && stderr.includes("NotFound")) || stderr || "it is there";
    });
    stage.note(`its node is deleted after ${((Date.now() - vanished) / 1000).toFixed(1)} s`);
    await lab.cluster.settled(patience);
    noneFailedTwice(asks);
    return { what: "a controller vanished with its disk", seconds };
  },
};
