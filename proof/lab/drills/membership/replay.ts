import { isHealthy } from "../../clients/members";
import type { Machine } from "../../node/machine";
import { until } from "../../until";
import type { Drill, Stage } from "../drill";
import { traces, type Step, type Trace, type Who } from "./traces";

/** Seconds in which each moment of a trace must come. */
const patience = 180;

/** Traces of the protocol's model, repeated on real nodes one after the other. */
export const replay: Drill = {
  name: "replay",
  kubernetes: "standIn",
  size: 3,
  limits: {},
  formsClusters: true,
  async run(stage) {
    let slowest = 0;
    for (const trace of traces) {
      stage.note(trace.name);
      slowest = Math.max(slowest, await new Replay(stage, trace).run());
    }
    return { what: `${traces.length} traces of the model replayed`, seconds: slowest };
  },
};

/** One trace while it runs. */
class Replay {
  private newcomer: Promise<string>;
  private cut: Machine | undefined;

  constructor(
    private readonly stage: Stage,
    private readonly trace: Trace,
  ) {
    this.newcomer = this.nextNewcomer();
  }

  /** Returns the seconds from the last step until the cluster is healthy. */
  async run(): Promise<number> {
    const { lab, size } = this.stage;
    const { begin, steps, epoch } = this.trace;
    let formations = 0;
    if (begin === "from nothing") await lab.startFromNothing();
    else {
      await lab.hasCluster(size);
      await this.stage.load();
      formations = (await lab.store.list("etcd/formation-")).length - 1;
    }
    for (const step of steps) await this.follow(step);
    const began = Date.now();
    await lab.members.until(`${size} healthy voters`, patience + lab.leavingSeconds, (seen) =>
      isHealthy(seen, size),
    );
    const newest = (await lab.store.list("etcd/formation-")).length - formations;
    if (newest !== epoch)
      throw new Error(`the cluster was to be of epoch ${epoch} at the end, and is of ${newest}`);
    return (Date.now() - began) / 1000;
  }

  private async follow(step: Step): Promise<void> {
    if ("await" in step) return this.moment(step);
    if ("who" in step) return this.act(step.do, step.who);
    switch (step.do) {
      case "records stay as they are":
        return this.stage.lab.eventFaults({
          functions: { [this.stage.lab.cluster.outputs.discoveryFunctionName]: "fail" },
        });
      case "records follow":
        return this.stage.lab.eventFaults({});
      case "S3 fails":
        this.stage.lab.awsFaults.s3 = { status: 503 };
        return;
      case "S3 works":
        this.stage.lab.awsFaults.s3 = undefined;
    }
  }

  private async moment(step: Extract<Step, { await: string }>): Promise<void> {
    const { lab } = this.stage;
    switch (step.await) {
      case "formation":
        return until(`formation ${step.epoch} is written`, patience, async () => {
          const written = (await lab.store.list("etcd/formation-")).length;
          return written >= step.epoch || `${written} are`;
        });
      case "a learner":
        await lab.members.until("a learner", patience, ({ members }) =>
          members.some(({ learner }) => learner),
        );
        return;
      case "a leader":
        await lab.members.until("a leader", patience, ({ leader }) => leader !== "");
        return;
      case "a newcomer":
        await this.newcomer;
    }
  }

  private async act(what: "vanish" | "terminate" | "cut" | "mend" | "power cycle", who: Who): Promise<void> {
    const { lab } = this.stage;
    const about = await this.machines(who);
    this.stage.note(`${what}: ${about.map(({ id }) => id).join(", ")}, ${who}`);
    if (what === "vanish" || what === "terminate") this.newcomer = this.nextNewcomer();
    switch (what) {
      case "vanish":
        return lab.cluster.vanish(about.map(({ id }) => id));
      case "terminate":
        for (const { id } of about) await lab.terminate(id);
        return;
      case "cut":
        this.cut = about[0];
        await this.cut?.cut();
        return;
      case "mend":
        await this.cut?.mend();
        return;
      case "power cycle":
        await Promise.all(about.map((machine) => machine.powerCycle()));
    }
  }

  private async machines(who: Who): Promise<readonly Machine[]> {
    const { lab } = this.stage;
    switch (who) {
      case "the leader":
        return [await lab.leader()];
      case "a follower":
        return [await lab.follower(this.cut?.id)];
      case "the one cut off":
        return this.cut ? [this.cut] : [];
      case "the newcomer":
        return [lab.machine(await this.newcomer)];
      case "two of the formation": {
        const newest = (await lab.store.list("etcd/formation-")).at(-1);
        const { members } = JSON.parse(await lab.store.read(newest?.key ?? "")) as {
          members: { id: string }[];
        };
        return members.slice(0, 2).map(({ id }) => lab.machine(id));
      }
      case "all":
        return lab.machines();
    }
  }

  /** Starts to wait for the next instance that is powered on; resolves with its id. */
  private nextNewcomer(): Promise<string> {
    const newcomer = this.stage.lab.poweredOn().then(({ id }) => id);
    newcomer.catch(() => undefined); // whoever awaits it is told
    return newcomer;
  }
}
