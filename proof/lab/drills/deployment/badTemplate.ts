import { brokenEtcd } from "../../node/mirror";
import type { Drill } from "../drill";
import { memberNames, oneAtATime, refreshEnds, rolled, votersOf } from "./refresh";

/**
 * A launch template whose etcd cannot start. Its refresh must stop before a member is lost. Then the fix is
 * rolled out.
 */
export const badTemplate: Drill = {
  name: "bad-template",
  kubernetes: "standIn",
  size: 3,
  limits: { longestPauseMs: 1000, voterUnhealthyMs: 1000, failed: 0 },
  // It ends with an error once it has abandoned the launch. With a low LAB_SCALE the hook's time-out comes first.
  failingUnits: ["launch-complete.service"],
  async run(stage) {
    const { cluster, members, versions } = stage.lab;
    await stage.askApi();
    await stage.load();
    const first = members.observations.length;
    const serving = memberNames(stage);

    stage.note("a bad template: an etcd that cannot start");
    let stopped: string;
    try {
      await cluster.up({ "versions.etcd": brokenEtcd });
      stopped = await refreshEnds(stage);
    } catch (error) {
      await cluster.up({ "versions.etcd": versions.etcd }); // for the drills that follow
      throw error;
    }
    if (stopped === "Successful") throw new Error("the refresh to an etcd that cannot start has succeeded");
    stage.note(`the refresh is ${stopped}`);
    const others = members.observations.slice(first).find((one) => votersOf(one) !== serving);
    if (others) throw new Error(`${serving} served before, and then ${votersOf(others)}`);

    const seconds = await rolled(stage, {
      "versions.etcd": versions.etcd,
      "controlPlane.instanceType": "m7i.4xlarge",
    });
    return {
      what: "a new template with a broken etcd was stopped; the fix replaced all three",
      seconds,
      ...oneAtATime(members.observations.slice(first)),
    };
  },
};
