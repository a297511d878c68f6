import type { Change } from "@aws-sdk/client-route-53";
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { reconcile, type Surroundings } from "../../lambda/reconcile";
import { wantedRecordSets, type Member } from "../../lambda/records";
import { HostedZone, contents } from "./hostedZone";
import { mayChange } from "./mayChange";
import { few, fewOrCrowd, isOwn, member, memberships, situations, zone, zoneStates } from "./zones";

/** What may happen to a call: refused or throttled before it has an effect, or its answer lost after it. */
type Fault = "refused" | "lost" | undefined;
const faults = fc.array(fc.constantFrom<Fault>(undefined, undefined, "refused", "lost"), { maxLength: 12 });

const isPermitted = mayChange(zone);

/** A zone and a group that change while any number of reconciliations look at them. */
class World implements Surroundings {
  readonly route53: HostedZone;
  now: readonly Member[];
  readonly lines: object[] = [];
  /** Called before and, for a listing, between pages: the moments when anything else may happen. */
  pause: () => Promise<void> = async () => {};

  constructor(
    recordSets: ConstructorParameters<typeof HostedZone>[0],
    members: readonly Member[],
    private readonly faults: Fault[] = [],
  ) {
    this.route53 = new HostedZone(recordSets);
    this.now = members;
  }

  async recordSets() {
    const half = Math.floor(this.route53.recordSets.length / 2);
    const firstPage = await this.call(() => this.route53.recordSets.slice(0, half));
    return [...firstPage, ...(await this.call(() => this.route53.recordSets.slice(half)))];
  }

  async members() {
    return this.call(() => [...this.now]);
  }

  async change(changes: Change[]) {
    assert.ok(isPermitted(changes), "the role may not do this");
    await this.call(() => this.route53.change(changes));
  }

  log(line: object) {
    this.lines.push(line);
  }

  async wait(milliseconds: number) {
    assert.ok(milliseconds >= 0 && milliseconds <= 4000);
    await this.pause();
  }

  get foreign() {
    return contents(this.route53.recordSets.filter((recordSet) => !isOwn(recordSet)));
  }

  assertSettled() {
    const own = this.route53.recordSets.filter(isOwn);
    assert.deepEqual(contents(own), contents(wantedRecordSets(this.now, zone)));
  }

  private async call<T>(effect: () => T): Promise<T> {
    await this.pause();
    const fault = this.faults.shift();
    if (fault === "refused") throw Object.assign(new Error("Rate exceeded"), { name: "Throttling" });
    const result = effect();
    if (fault === "lost") throw Object.assign(new Error("socket hang up"), { name: "TimeoutError" });
    return result;
  }
}

/** Each membership differs from all others, and holds somebody who was in the one before: as in a rolling update. */
const histories = fc
  .array(fc.record({ joining: fc.integer({ min: 1, max: 2 }), leaving: fc.nat(2) }), { maxLength: 4 })
  .map((steps) => {
    let next = 3;
    let present = [0, 1, 2];
    return [
      present,
      ...steps.map(({ joining, leaving }) => {
        present = [...present.slice(leaving), ...Array.from({ length: joining }, () => next++)];
        return present;
      }),
    ].map((numbers) => numbers.map(member));
  });

describe("a reconciliation without interference", () => {
  it("reaches the wanted records from any state and with any failed call, and a second one changes nothing", async () => {
    await fc.assert(
      fc.asyncProperty(situations(fewOrCrowd), faults, async ([recordSets, members], failing) => {
        const world = new World(recordSets, members, failing.slice(0, 6));
        const { foreign } = world;
        await reconcile(world, zone);
        world.assertSettled();
        assert.deepEqual(world.foreign, foreign);

        const changesSoFar = world.route53.applied.length;
        await reconcile(world, zone);
        assert.equal(world.route53.applied.length, changesSoFar);
        assert.deepEqual(world.lines.at(-1), { decision: "nothing to change", members });
      }),
    );
  });

  it("begins again when only some of its batches succeeded", async () => {
    const many = Array.from({ length: 140 }, (_, n) => member(n));
    const replaced = Array.from({ length: 140 }, (_, n) => member(n + 130));
    const world = new World(wantedRecordSets(many, zone), replaced, [
      undefined,
      undefined,
      undefined,
      undefined,
      "refused",
    ]);
    await reconcile(world, zone);
    world.assertSettled();
    assert.deepEqual(
      world.lines.map((line) => (line as { decision: string }).decision),
      ["change", "change", "begin again", "change", "nothing to change"],
    );
  });

  it("throws the error of its eighth pass, and has then changed nothing", async () => {
    const cname = {
      Name: `etcd.${zone}.`,
      Type: "CNAME" as const,
      TTL: 60,
      ResourceRecords: [{ Value: "x." }],
    };
    const world = new World([cname], [member(1)]);
    await assert.rejects(reconcile(world, zone), { name: "InvalidChangeBatch", message: /conflicting/ });
    assert.deepEqual(world.route53.recordSets, [cname]);
    assert.equal(world.lines.filter((line) => "reason" in line).length, 7);
  });

  it("throws if it had to write in every pass", async () => {
    const world = new World([], []);
    let next = 0;
    world.members = async () => [member(next++)];
    await assert.rejects(reconcile(world, zone), /still needed a change in pass 8/);
  });

  it("changes nothing while the members cannot be described", async () => {
    const world = new World(wantedRecordSets([member(1)], zone), []);
    world.members = () => Promise.reject(new Error("AccessDenied"));
    await assert.rejects(reconcile(world, zone), /AccessDenied/);
    assert.deepEqual(world.route53.applied, []);
  });
});

describe("reconciliations at the same time", () => {
  /**
   * Members come and go as `history` tells; every change sends an event, which starts a reconciliation at once, late, or
   * (the `lost` ones) never, but the last event arrives; `extra` are duplicates and the schedule. Lambda's own retry
   * stands behind each of them.
   */
  async function run(world: World, history: Member[][], lost: boolean[], extra: number, s: fc.Scheduler) {
    world.pause = () => s.schedule(Promise.resolve());
    const started: Promise<void>[] = [];
    const start = () => started.push(reconcile(world, zone).catch(() => reconcile(world, zone)));
    for (let i = 0; i < extra; i++) start();
    const changes = s.scheduleSequence(
      history.map((members, i) => async () => {
        world.now = members;
        if (i === history.length - 1 || !lost[i]) start();
      }),
    );
    await s.waitFor(changes.task);
    await s.waitFor(Promise.all(started));
  }
  const disturbances = [
    fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
    fc.nat(2),
    fc.scheduler(),
  ] as const;

  it("end with the wanted records, from any state, in any order of events and with some lost", async () => {
    const scenarios = fc
      .array(memberships(few), { minLength: 1, maxLength: 4 })
      .chain((history) => fc.tuple(zoneStates(history[0]), fc.constant(history)));
    await fc.assert(
      fc.asyncProperty(
        scenarios,
        faults,
        ...disturbances,
        async ([recordSets, history], failing, lost, extra, s) => {
          const world = new World(recordSets, history[0], failing.slice(0, 5));
          const { foreign } = world;
          await run(world, history, lost, extra, s);
          world.assertSettled();
          assert.deepEqual(world.foreign, foreign);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("notice a change of the members that was reverted before they wrote it", async () => {
    await fc.assert(
      fc.asyncProperty(
        memberships(few),
        memberships(few),
        ...disturbances,
        async (before, between, lost, extra, s) => {
          const world = new World(wantedRecordSets(before, zone), before);
          await run(world, [before, between, before], lost, extra, s);
          world.assertSettled();
        },
      ),
      { numRuns: 500 },
    );
  });

  it("never leave a set empty while there are members, and never let older facts replace newer ones", async () => {
    await fc.assert(
      fc.asyncProperty(histories, faults, ...disturbances, async (history, failing, lost, extra, s) => {
        const wanted = history.map((members) => contents(wantedRecordSets(members, zone)).join());
        const world = new World(wantedRecordSets(history[0], zone), history[0], failing.slice(0, 5));
        await run(world, history, lost, extra, s);
        const written = world.route53.states.map((state) => wanted.indexOf(contents(state).join()));
        assert.ok(!written.includes(-1), "a state of the zone that was never the state of the group");
        assert.deepEqual(
          written,
          [...written].sort((a, b) => a - b),
        );
        assert.equal(written.at(-1), history.length - 1);
      }),
      { numRuns: 500 },
    );
  });
});
