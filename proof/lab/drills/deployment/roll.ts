import type { Drill } from "../drill";
import { oneAtATime, rolled } from "./refresh";

/** `pulumi up` makes a new launch template, and every controller is replaced. */
export const roll: Drill = {
  name: "roll",
  kubernetes: "standIn",
  size: 3,
  limits: { longestPauseMs: 1000, voterUnhealthyMs: 1000, failed: 0 },
  async run(stage) {
    const { observations } = stage.lab.members;
    await stage.askApi();
    await stage.load();
    const first = observations.length;
    const seconds = await rolled(stage, { "controlPlane.instanceType": "m7i.xlarge" });
    return {
      what: "all three replaced by a new template",
      seconds,
      ...oneAtATime(observations.slice(first)),
    };
  },
};
