import { setTimeout as sleep } from "node:timers/promises";
import { brokenEtcd } from "../mirror";
import { isHealthy, voters, type Observation } from "../members";
import type { Drill, Stage } from "./drill";

/** Minutes after which an instance refresh has to have ended, at the scale of the run; hooks alone may take 15 each. */
const refreshMinutes = 90;

/** A new launch template by `pulumi up`: every controller is replaced; then a bad one, which must stop; then the fix. */
export const roll: Drill = {
  name: "roll",
  kubernetes: "standIn",
  size: 3,
  limits: { longestPauseMs: 1000, failed: 0 },
  async run(stage) {
    const { lab } = stage;
    await stage.askApi();
    await stage.load();
    const first = lab.members.observations.length;

    const seconds = await rolled(stage, { "controlPlane.instanceType": "m7i.xlarge" });

    stage.note("a bad template: an etcd that cannot start");
    const serving = memberNames(stage);
    const badFrom = lab.members.observations.length;
    let stopped: string;
    try {
      await lab.cluster.up({ "versions.etcd": brokenEtcd });
      stopped = await refreshEnds(stage);
    } catch (error) {
      await lab.cluster.up({ "versions.etcd": lab.versions.etcd }); // for the drills that follow
      throw error;
    }
    if (stopped === "Successful") throw new Error("the refresh to an etcd that cannot start has succeeded");
    stage.note(`the refresh is ${stopped}`);
    const others = lab.members.observations.slice(badFrom).find((one) => votersOf(one) !== serving);
    if (others) throw new Error(`${serving} served before, and then ${votersOf(others)}`);

    const fixed = await rolled(stage, {
      "versions.etcd": lab.versions.etcd,
      "controlPlane.instanceType": "m7i.large",
    });

    const seen = lab.members.observations.slice(first);
    const fewest = Math.min(...seen.map((one) => voters(one).length));
    const most = Math.max(...seen.map((one) => voters(one).length));
    if (most > 4) throw new Error(`at one moment there were ${most} voters: not one at a time`);
    if (fewest < 3) throw new Error(`at one moment there were only ${fewest} voters`);
    const below = longestBelow(seen, 3, Date.now());
    if (below > 1000) throw new Error(`for ${below} ms fewer than 3 voters were healthy`);
    return {
      what: "all three replaced by a new template; a bad one stopped; the fix replaced all three",
      seconds,
      figures: { "seconds of the fix": fixed, "fewest voters": fewest, "ms with a voter not healthy": below },
    };
  },
};

/** Rolls all controllers to a template with these settings, and returns the seconds it took. */
async function rolled(stage: Stage, settings: Record<string, string>): Promise<number> {
  const { lab, size } = stage;
  const old = memberNames(stage).split(" ");
  const began = Date.now();
  stage.note(
    `new template: ${Object.entries(settings)
      .map(([key, value]) => `${key} ${value}`)
      .join(", ")}`,
  );
  await lab.cluster.up(settings);
  const ended = await refreshEnds(stage);
  if (ended !== "Successful") throw new Error(`the instance refresh is ${ended}`);
  await lab.members.until(
    "only new members",
    60,
    (seen) => isHealthy(seen, size) && seen.members.every(({ name }) => !old.includes(name)),
  );
  stage.note("all three are new");
  return (Date.now() - began) / 1000;
}

/** The longest time, in milliseconds, in which fewer than so many voters were healthy. Nobody looked after `end`, in milliseconds since 1970. */
export function longestBelow(observations: readonly Observation[], count: number, end: number): number {
  let longest = 0;
  let since: number | undefined;
  for (const observation of observations) {
    const time = Date.parse(observation.time);
    if (since !== undefined) longest = Math.max(longest, time - since);
    const healthy = voters(observation).filter((voter) => voter.healthy).length;
    since = healthy < count ? (since ?? time) : undefined;
  }
  return since === undefined ? longest : Math.max(longest, end - since);
}

function memberNames({ lab }: Stage): string {
  return lab.members.latest ? votersOf(lab.members.latest) : "";
}

function votersOf(observation: Observation): string {
  const names = voters(observation).map(({ name }) => name);
  return names.sort().join(" ");
}

async function refreshEnds({ lab }: Stage): Promise<string> {
  const patience = lab.minutes(refreshMinutes);
  for (const deadline = Date.now() + patience; Date.now() < deadline; await sleep(500)) {
    const [newest] = await lab.cluster.refreshes();
    if (
      ["Successful", "Failed", "Cancelled", "RollbackSuccessful", "RollbackFailed"].includes(
        newest?.Status ?? "",
      )
    ) {
      return newest?.Status ?? "";
    }
  }
  throw new Error(`the instance refresh did not end within ${Math.round(patience / 1000)} s`);
}
