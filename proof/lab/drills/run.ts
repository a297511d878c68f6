import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { apiFigures, longestGap, type ApiClient } from "../clients/apiClient";
import { askApi } from "../clients/askApi";
import type { Lab } from "../lab";
import type { Load, Verdict, Window } from "../clients/load";
import type { Observation } from "../clients/members";
import type { Row } from "../report/row";
import type { Mark } from "../report/timeline";
import type { Drill, Outcome, Stage } from "./drill";
import { mayFail, noFailedUnits, unitFailureLines } from "./unitFailures";

/** What came of a drill, for the table and for the timeline. */
export interface Run {
  readonly row: Row;
  readonly marks: readonly Mark[];
  readonly observations: readonly Observation[];
  readonly pauses: Verdict["pauses"];
}

/** Seconds that clients work before the drill begins and after it has ended. */
const marginSeconds = 3;

/**
 * Brings the cluster into the state that the drill starts from, runs it, and judges what it, clients and observer saw.
 * `limitFactor` multiplies the drill's limits of time.
 */
export async function runDrill(drill: Drill, lab: Lab, folder: string, limitFactor = 1): Promise<Run> {
  const reasons: string[] = [];
  const marks: Mark[] = [];
  let load: Load | undefined;
  let api: ApiClient | undefined;
  let outcome: Outcome | undefined;
  let verdict: Verdict | undefined;
  const stage: Stage = {
    lab,
    size: drill.size,
    folder,
    limitFactor,
    async load() {
      if (!load) {
        load = lab.startLoad(path.join(folder, `${drill.name}.history.jsonl`));
        await sleep(marginSeconds * 1000);
      }
      return load;
    },
    async askApi(use = "reads") {
      api ??= await askApi(lab, path.join(folder, `${drill.name}.api.jsonl`), use);
      return api.asks;
    },
    note(what) {
      lab.report(`  ${what}`);
      marks.push({ time: new Date().toISOString(), what });
    },
  };
  lab.report(`\n${drill.name}`);
  const began = Date.now();
  let first = 0;
  try {
    await (drill.startsFromNothing ? lab.hasSize(drill.size) : lab.hasCluster(drill.size));
    if (drill.workers !== undefined) await lab.hasWorkers(drill.workers);
    first = lab.members.observations.length;
    outcome = await drill.run(stage);
    reasons.push(...(outcome.failures ?? []));
    if (load && !drill.endsCluster) await sleep(marginSeconds * 1000);
  } catch (error) {
    reasons.push(error instanceof Error ? error.message : String(error));
  }
  const apiEnd = Date.now();
  try {
    await api?.stop();
  } catch (error) {
    reasons.push((error as Error).message);
  }
  try {
    verdict = load && (await checked(load, outcome?.linearizable ?? [{}]));
    await lab.noFaults();
    if (!drill.endsCluster) await noFailedUnits(() => lab.machines());
  } catch (error) {
    reasons.push(error instanceof Error ? error.message : String(error));
  }
  try {
    const failures = await lab.takeUnitFailures();
    for (const line of unitFailureLines(failures)) lab.report(`  ${line}`);
    reasons.push(...unitFailureLines(failures.filter(({ unit }) => !mayFail(drill, unit))));
  } catch (error) {
    reasons.push(error instanceof Error ? error.message : String(error));
  }
  const observations = lab.members.observations.slice(first);
  reasons.push(...judge(drill, verdict, observations));
  const slow = slownesses(drill.limits, {
    // AWS's own delays are no slowness of the cluster.
    seconds: lab.mood === "worst" ? undefined : outcome?.seconds,
    longestPauseMs: verdict?.longestPauseMs,
    voterUnhealthyMs: outcome?.voterUnhealthyMs,
    hookSeconds: outcome?.hookSeconds,
    longestGapMs: api && longestGap(api.asks, apiEnd),
  });
  reasons.push(...slow.filter(({ value, limit }) => value > limit * limitFactor).map(slownessLine));
  const row: Row = {
    drill: drill.name,
    date: new Date().toISOString().slice(0, 10),
    scale: lab.scale,
    ...(lab.mood !== "instant" && { mood: lab.mood }),
    what: outcome?.what ?? "",
    seconds: outcome?.seconds ?? null,
    acknowledged: verdict?.acknowledged ?? 0,
    lost: verdict?.lost ?? null,
    failed: verdict ? verdict.failed + verdict.unknown : 0,
    longestPauseMs: verdict?.longestPauseMs ?? null,
    linearizable: verdict?.linearizable ?? null,
    passed: reasons.length === 0,
    reasons,
    ...(slow.length > 0 && { slow: slow.map(slownessLine) }),
    conformance: outcome?.conformance,
    figures: {
      ...outcome?.figures,
      ...(outcome?.hookSeconds !== undefined && {
        "seconds of the longest terminate hook of a controller": outcome.hookSeconds,
      }),
      ...(verdict && { "writes made once more": verdict.sentAgain }),
      ...(api && apiFigures(api.asks, apiEnd)),
    },
  };
  for (const reason of reasons) lab.report(`  FAILED: ${reason}`);
  for (const line of row.slow ?? []) if (!reasons.includes(line)) lab.report(`  slow: ${line}`);
  lab.report(
    `  ${row.passed ? "passed" : "failed"} after ${Math.round((Date.now() - began) / 1000)} s in all`,
  );
  return { row, marks, observations, pauses: verdict?.pauses ?? [] };
}

/** The verdict over the whole history, linearizable if each of the windows is. */
async function checked(load: Load, windows: readonly Window[]): Promise<Verdict> {
  await load.stop();
  const whole = await load.check();
  const each = await Promise.all(windows.map(async (window) => (await load.check(window)).linearizable));
  return { ...whole, linearizable: each.find((verdict) => verdict !== true) ?? true };
}

type Times = Omit<Drill["limits"], "failed">;

/** A time above its limit. */
export interface Slowness {
  readonly what: string;
  readonly value: number;
  readonly limit: number;
}

const timeNames: Readonly<Record<keyof Times, string>> = {
  seconds: "seconds to healthy",
  longestPauseMs: "longest pause in ms",
  voterUnhealthyMs: "ms with a voter not healthy",
  hookSeconds: "seconds of a controller in its terminate hook",
  longestGapMs: "longest gap of the API in ms",
};

/** The times of a drill that are above its limits. */
export function slownesses(
  limits: Times,
  times: { readonly [Key in keyof Times]: number | null | undefined },
): Slowness[] {
  return (Object.keys(timeNames) as (keyof Times)[]).flatMap((key) => {
    const value = times[key];
    const limit = limits[key];
    return value != null && limit !== undefined && value > limit
      ? [{ what: timeNames[key], value, limit }]
      : [];
  });
}

const slownessLine = ({ what, value, limit }: Slowness): string =>
  `${what}: ${value}, and at most ${limit} is right`;

/** Everything that must hold and did not, but for times. */
export function judge(
  drill: Drill,
  verdict: Verdict | undefined,
  observations: readonly Observation[],
): string[] {
  const reasons: string[] = [];
  if (verdict) {
    const failed = verdict.failed + verdict.unknown;
    if (drill.limits.failed !== undefined && failed > drill.limits.failed)
      reasons.push(`failed writes: ${failed}, and at most ${drill.limits.failed} is right`);
    if (verdict.acknowledged === 0) reasons.push("no write was acknowledged");
    if (verdict.lost === null) reasons.push("the log was not read back");
    else if (verdict.lost > 0 && !drill.takesQuorum)
      reasons.push(`${verdict.lost} acknowledged writes are lost`);
    if (verdict.linearizable !== true) reasons.push(`linearizable: ${verdict.linearizable}`);
  }
  if (!drill.takesQuorum && observations.some(({ quorumKept }) => !quorumKept)) {
    reasons.push("a removal left fewer healthy voters than a majority");
  }
  const problems = new Set(observations.flatMap((seen) => seen.problems ?? []));
  const isOther = (problem: string) => problem.startsWith("more than one cluster id");
  const mayDiffer = drill.takesQuorum ?? drill.formsClusters ?? false;
  reasons.push(...[...problems].filter((problem) => !(mayDiffer && isOther(problem))));
  return reasons;
}
