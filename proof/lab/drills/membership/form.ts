import { setTimeout as sleep } from "node:timers/promises";
import type { Lab } from "../../lab";
import { isHealthy, type Observation } from "../../clients/members";
import type { Drill, Outcome, Stage } from "../drill";

/** Seconds for which clients work on a cluster that has just formed. */
const loadSeconds = 5;

/**
 * A cluster of `size` from nothing: the group launches all instances at once, and none is told to be the
 * first.
 */
export function formOf(size: 1 | 3 | 5): Drill {
  return {
    name: `form-${size}`,
    kubernetes: "standIn",
    size,
    startsFromNothing: true,
    limits: size === 3 ? { seconds: 20 } : {},
    async run(stage) {
      const seconds = await form(stage, none);
      await stage.load();
      await sleep(loadSeconds * 1000);
      return { what: `${size} ${size === 1 ? "member" : "members"} from nothing`, seconds };
    },
  };
}

/** Seconds after which members that did not form are a failure. A change of the zone alone may take 120. */
const patience = 600;

/** Rounds of `form-storm`. */
const rounds = 20;

/**
 * Seconds after the power-on during which the function fails, and answers about the zone are late, partial or
 * lost.
 */
const functionFailsSeconds = 2;
const zoneIsBadSeconds = 12;

/**
 * Three members from nothing, many times, with several faults of AWS: late boots, a late zone, events in
 * disorder.
 */
export const formStorm: Drill = {
  name: "form-storm",
  kubernetes: "standIn",
  size: 3,
  startsFromNothing: true,
  limits: {},
  async run(stage): Promise<Outcome> {
    const { lab } = stage;
    let formed = 0;
    let slowest = 0;
    const disorder = { delaySeconds: [0, 4], duplicate: 0.5, drop: 0.1 } as const;
    for (let round = 1; round <= rounds; round++) {
      lab.delayBoots([0, 6]);
      Object.assign(lab.dnsFaults, { delayMilliseconds: [0, 500], dropShare: 0.1, partialShare: 0.2 });
      await lab.eventFaults({
        events: disorder,
        functions: { [lab.cluster.outputs.discoveryFunctionName]: "fail" },
      });
      const seconds = await form(stage, {
        atOnce: true,
        afterPowerOn: async () => {
          await sleep(functionFailsSeconds * 1000);
          await lab.eventFaults({ events: disorder });
          await sleep((zoneIsBadSeconds - functionFailsSeconds) * 1000);
          await lab.noFaults();
        },
      });
      slowest = Math.max(slowest, seconds);
      formed += 1;
      stage.note(`round ${round} of ${rounds}: formed in ${seconds.toFixed(1)} s`);
    }
    await lab.noFaults();
    await stage.load();
    await sleep(loadSeconds * 1000);
    return {
      what: `${formed} of ${rounds} formations of 3 with late boots, late zone, events in disorder, a failing function`,
      seconds: slowest,
    };
  },
};

/** Faults during a formation. */
interface Disturbance {
  /** The machines do not wait until the discovery function knows them. */
  readonly atOnce: boolean;
  readonly afterPowerOn: () => Promise<void>;
}

const none: Disturbance = { atOnce: false, afterPowerOn: () => Promise.resolve() };

/** Forms a cluster from nothing; returns the seconds from the first power-on until all are healthy voters. */
async function form({ lab, size }: Stage, { atOnce, afterPowerOn }: Disturbance): Promise<number> {
  const poweredOn = await lab.startFromNothing({ atOnce });
  const formed = waitForCluster(lab, size);
  await Promise.all([formed, afterPowerOn()]);
  return (Date.parse((await formed).time) - poweredOn) / 1000;
}

/** Waits until exactly these instances are healthy voters of one cluster. */
async function waitForCluster(lab: Lab, size: number): Promise<Observation> {
  const healthy = await lab.members.until(`${size} healthy voters of one cluster`, patience, (seen) =>
    isHealthy(seen, size),
  );
  if (healthy.clusterIds.length !== 1)
    throw new Error(`there are clusters ${healthy.clusterIds.join(" and ")}`);
  const launched = (await lab.cluster.controllers())
    .filter(({ lifecycleState }) => !lifecycleState.startsWith("Terminating"))
    .map(({ id }) => id)
    .sort()
    .join(" ");
  const members = healthy.members
    .map(({ name }) => name)
    .sort()
    .join(" ");
  if (members !== launched) throw new Error(`instances are ${launched}, members are ${members}`);
  return healthy;
}
