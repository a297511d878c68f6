import {
  DisableRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { deployFunction } from "./deployedFunction";
import { eventually } from "./eventually";
import { withLocalAws } from "./localAws";
import { ruleArn } from "./queues";
import { admit, published, ruleToFunction, send, setFaults, settled } from "./rules";

/** A minute of AWS takes 0.6 seconds here. */
const timeScale = 0.01;

describe("the event bus of the local AWS", () => {
  withLocalAws(["--time-scale", String(timeScale)]);
  const events = () => new EventBridgeClient({});

  afterEach(() => setFaults({}));

  describe("a rule", () => {
    before(() => ruleToFunction("plain"));

    it("has its function invoked with a matching event in EventBridge's envelope", async () => {
      const id = await send("plain", { group: "one" });
      const [delivery, ...more] = await settled(id);
      assert.deepEqual(more, []);
      assert.equal(delivery?.outcome, "delivered");
      assert.equal(delivery.invocation?.outcome, "succeeded");
      const { event } = (await published()).find((one) => one.event.id === id) ?? {};
      const { time, ...envelope } = event as any;
      assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.deepEqual(envelope, {
        version: "0",
        id,
        "detail-type": "plain",
        source: "test",
        account: "123456789012",
        region: "eu-central-1",
        resources: ["arn:aws:test:::one"],
        detail: { group: "one" },
      });
    });

    it("is not concerned by an event of another type, of another detail, or of none", async () => {
      for (const id of [
        await send("other", { group: "one" }),
        await send("plain", { group: "two" }),
        await send("plain"),
      ]) {
        assert.deepEqual(await settled(id), []);
      }
    });

    it("matches as documented: prefix, anything-but, numeric, exists, or", async () => {
      const arn = await deployFunction("picky");
      const detail = {
        name: [{ prefix: "i-" }],
        state: [{ "anything-but": ["running"] }],
        count: [{ numeric: [">", 1, "<=", 3] }],
        error: [{ exists: false }],
        $or: [{ zone: ["a"] }, { zone: ["b"] }],
      };
      const EventPattern = JSON.stringify({ "detail-type": ["picky"], detail });
      await events().send(new PutRuleCommand({ Name: "picky", EventPattern }));
      await events().send(new PutTargetsCommand({ Rule: "picky", Targets: [{ Id: "function", Arn: arn }] }));
      const matching = { name: "i-1", state: "stopped", count: 3, zone: "b" };
      const matched = async (event: object) => (await settled(await send("picky", event))).length;
      assert.equal(await matched(matching), 1);
      for (const change of [
        { name: "x" },
        { state: "running" },
        { count: 4 },
        { error: "x" },
        { zone: "c" },
      ]) {
        assert.equal(await matched({ ...matching, ...change }), 0, JSON.stringify(change));
      }
    });

    it("is silent while it is disabled", async () => {
      await ruleToFunction("disabled");
      await events().send(new DisableRuleCommand({ Name: "disabled" }));
      assert.deepEqual(await settled(await send("disabled", { group: "one" })), []);
    });
  });

  describe("a schedule", () => {
    it("fires at its rate, for its own targets, until the rule is disabled", async () => {
      const arn = await deployFunction("scheduled");
      await events().send(new PutRuleCommand({ Name: "scheduled", ScheduleExpression: "rate(1 minute)" }));
      await events().send(
        new PutTargetsCommand({ Rule: "scheduled", Targets: [{ Id: "function", Arn: arn }] }),
      );
      await admit("scheduled", "scheduled");
      const fired = async () =>
        (await published()).filter(({ event }) => event["detail-type"] === "Scheduled Event");
      const [first] = await eventually("two events", async () => {
        const all = await fired();
        return all.length >= 2 ? all : undefined;
      });
      await events().send(new DisableRuleCommand({ Name: "scheduled" }));
      assert.deepEqual(
        [first?.event.source, (first?.event as any).resources, first?.event.detail],
        ["aws.events", [ruleArn("scheduled")], {}],
      );
      assert.deepEqual(
        first?.deliveries.map(({ target }) => target),
        [arn],
      );
      const before = (await fired()).length;
      await sleep(60 * timeScale * 1000 * 2);
      assert.equal((await fired()).length, before);
    });
  });

  describe("a fault", () => {
    before(() => ruleToFunction("faulty"));

    it("has an event delivered twice", async () => {
      await setFaults({ events: { duplicate: 1 } });
      const deliveries = await settled(await send("faulty", { group: "one" }));
      assert.deepEqual(
        deliveries.map(({ invocation }) => invocation?.outcome),
        ["succeeded", "succeeded"],
      );
    });

    it("has an event dropped", async () => {
      await setFaults({ events: { drop: 1 } });
      const [delivery] = await settled(await send("faulty", { group: "one" }));
      assert.deepEqual([delivery?.outcome, delivery?.reason], ["lost", "dropped by a fault"]);
    });

    it("has an event delayed, so that a later one overtakes it", async () => {
      await setFaults({ events: { delaySeconds: [0.5, 0.6] } });
      const late = await send("faulty", { group: "one" });
      await setFaults({});
      await settled(await send("faulty", { group: "one" }));
      const found = (await published()).find(({ event }) => event.id === late);
      assert.equal(found?.deliveries[0]?.outcome, "pending");
      assert.equal((await settled(late))[0]?.outcome, "delivered");
    });

    it("is refused if it is none", async () => {
      for (const [faults, message] of [
        [{ event: {} }, /event is not known/],
        [{ events: { drop: 2 } }, /events\.drop is 2/],
        [{ events: { delaySeconds: [2, 1] } }, /events\.delaySeconds is \[2, 1\]/],
        [{ functions: { a: "sleep" } }, /functions\.a is "sleep"/],
      ] as const) {
        const refused = await setFaults(faults);
        assert.equal(refused.status, 400);
        assert.match(((await refused.json()) as any).error, message);
      }
    });
  });
});
