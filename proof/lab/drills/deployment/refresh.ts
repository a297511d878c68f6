import { setTimeout as sleep } from "node:timers/promises";
import { isHealthy, voters, type Observation } from "../../clients/members";
import type { Outcome, Stage } from "../drill";

/** Minutes at the scale of the run after which an instance refresh must have ended; each hook may take 15. */
const refreshMinutes = 90;

/** Rolls all controllers to a template with these settings, and returns the seconds it took. */
export async function rolled(stage: Stage, settings: Record<string, string>): Promise<number> {
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
    lab.leavingSeconds, // the last old one still drains when the refresh has ended
    (seen) => isHealthy(seen, size) && seen.members.every(({ name }) => !old.includes(name)),
  );
  stage.note("all members are new");
  return (Date.now() - began) / 1000;
}

/** @throws Error if the observations show another voter joining before the one before has left, or fewer than three voters */
export function oneAtATime(seen: readonly Observation[]): Pick<Outcome, "figures" | "voterUnhealthyMs"> {
  const counts = seen.map((one) => voters(one).length);
  const fewest = Math.min(...counts);
  const most = Math.max(...counts);
  if (most > 4) throw new Error(`at one moment there were ${most} voters: not one at a time`);
  if (fewest < 3) throw new Error(`at one moment there were only ${fewest} voters`);
  const voterUnhealthyMs = longestBelow(seen, 3, Date.now());
  return {
    voterUnhealthyMs,
    figures: { "fewest voters": fewest, "ms with a voter not healthy": voterUnhealthyMs },
  };
}

/**
 * The longest time, in milliseconds, with fewer than this many healthy voters. The observations end at `end`,
 * in milliseconds since 1970.
 */
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

export function memberNames({ lab }: Stage): string {
  return lab.members.latest ? votersOf(lab.members.latest) : "";
}

export function votersOf(observation: Observation): string {
  const names = voters(observation).map(({ name }) => name);
  return names.sort().join(" ");
}

export async function refreshEnds({ lab }: Stage): Promise<string> {
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
