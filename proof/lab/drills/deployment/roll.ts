import type { Drill } from "../drill";
import { memberNames, oneAtATime, rolled } from "./refresh";
import { hookSecondsLimit, longestTerminateHook } from "./terminateHook";

/** `pulumi up` makes a new launch template, and every controller is replaced. */
export const roll: Drill = {
  name: "roll",
  kubernetes: "standIn",
  size: 3,
  limits: { longestPauseMs: 1000, voterUnhealthyMs: 1000, hookSeconds: hookSecondsLimit, failed: 0 },
  async run(stage) {
    const { observations } = stage.lab.members;
    const old = memberNames(stage).split(" ");
    await stage.askApi();
    await stage.load();
    const first = observations.length;
    const seconds = await rolled(stage, { "controlPlane.instanceType": "m7i.xlarge" });
    await stage.lab.cluster.settled(stage.lab.leavingSeconds);
    return {
      what: "all three replaced by a new template",
      seconds,
      hookSeconds: longestTerminateHook(await stage.lab.publishedEvents(), old),
      ...oneAtATime(observations.slice(first)),
    };
  },
};
