import { noneFailedTwice } from "../../clients/apiClient";
import { until } from "../../until";
import type { Drill } from "../drill";
import { leaderOf } from "./leaders";

/** Seconds after which a replacement that does not serve is a failure. */
const patience = 180;

/**
 * Seconds in which a slow machine's balancer may still send connections to the vanished controller, for each time that
 * LAB_LIMITS is above 1.
 */
const noticeSeconds = 5;

/**
 * A controller vanishes with its disk. The API still answers by its name, the replacement serves, and the
 * dead Node is deleted.
 */
export const heal: Drill = {
  name: "heal",
  kubernetes: "real",
  size: 3,
  limits: { seconds: 60 },
  async run(stage) {
    const { lab, size } = stage;
    const asks = await stage.askApi("writes");
    // The harder case: nobody creates pods until another controller-manager leads.
    const lost = await leaderOf(lab, "kube-controller-manager");
    const staying = (await lab.cluster.controllers()).map(({ id }) => id).filter((id) => id !== lost.id);
    const dead = lost.instance.hostname;
    stage.note(`${lost.id}, the node ${dead} whose controller-manager leads, vanishes`);
    const vanished = Date.now();
    await lab.cluster.vanish([lost.id]);
    const newcomer = await lab.poweredOn();
    stage.note(`${newcomer.id} is powered on`);
    const controllers = [...staying, newcomer.id];
    const workers = (await lab.cluster.workers()).map(({ id }) => id);
    const { address } = lab.machine(newcomer.id);
    await until(`the apiserver of ${newcomer.id} is ready`, patience, async () => {
      return (await lab.client.isReady(address)) || "it is not";
    });
    const serves = (Date.now() - newcomer.time) / 1000;
    await lab.kubernetes.nodesAreReady(controllers, patience);
    const seconds = (Date.now() - newcomer.time) / 1000;
    stage.note(`it serves after ${serves.toFixed(1)} s, and its node is ready after ${seconds.toFixed(1)} s`);
    await until(`the node ${dead} is deleted`, patience, async () => {
      const { status, stderr } = await lab.kubernetes.attempt(["get", "node", dead]);
      return (status !== 0 && stderr.includes("NotFound")) || stderr || "it is there";
    });
    stage.note(`its node is deleted after ${((Date.now() - vanished) / 1000).toFixed(1)} s`);
    await lab.kubernetes.nodesAre([...controllers, ...workers], patience);
    await until("all targets of the API are healthy", patience, async () => {
      const states = await lab.cluster.targetStates();
      const isWhole = states.length === size && states.every((state) => state === "healthy");
      return isWhole || `they are ${states.join(", ") || "none"}`;
    });
    await lab.cluster.settled(patience);
    const noticed = vanished + noticeSeconds * 1000 * (stage.limitFactor - 1);
    noneFailedTwice(asks.filter(({ time }) => time <= vanished || time > noticed));
    return {
      what: "the controller whose controller-manager leads vanished with its disk",
      seconds,
      figures: { "seconds to a ready apiserver": serves },
    };
  },
};
