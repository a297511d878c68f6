import {
  DisableRuleCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  type Target,
} from "@aws-sdk/client-eventbridge";
import { AddPermissionCommand, DeleteFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Delivery, PublishedEvent } from "../../local/publishedEvents";
import { deployFunction, setRolePolicy } from "./deployedFunction";
import { eventually } from "./eventually";
import { withLocalAws } from "./localAws";
import { makeQueue, receive, ruleArn } from "./queues";

/** A minute of AWS takes 0.6 seconds here. */
const timeScale = 0.01;

describe("the event bus of the local AWS", () => {
  const aws = withLocalAws(["--time-scale", String(timeScale)]);
  const events = () => new EventBridgeClient({});

  async function published(): Promise<PublishedEvent[]> {
    return (await (await fetch(`${aws.url}/local-aws/events`)).json()) as PublishedEvent[];
  }

  async function send(detailType: string, detail: object = {}): Promise<string> {
    const { Entries: [entry] = [] } = await events().send(
      new PutEventsCommand({
        Entries: [
          {
            Source: "test",
            DetailType: detailType,
            Detail: JSON.stringify(detail),
            Resources: ["arn:aws:test:::one"],
          },
        ],
      }),
    );
    return entry?.EventId ?? "";
  }

  /** What became of an event, once nothing is under way any more. */
  async function settled(id: string): Promise<readonly Delivery[]> {
    return eventually(`the deliveries of ${id}`, async () => {
      const found = (await published()).find(({ event }) => event.id === id);
      const pending = found?.deliveries.some(
        ({ outcome, invocation }) => outcome === "pending" || invocation?.outcome === "pending",
      );
      return pending === false ? found?.deliveries : undefined;
    });
  }

  /** A rule with one target, a function of the rule's name, which admits the rule's events unless told otherwise. */
  async function ruleToFunction(
    name: string,
    settings: { admitted?: boolean; deadLetters?: string; target?: Partial<Target> } = {},
  ): Promise<string> {
    const arn = await deployFunction(name, { deadLetters: settings.deadLetters });
    await events().send(
      new PutRuleCommand({
        Name: name,
        EventPattern: JSON.stringify({ source: ["test"], "detail-type": [name], detail: { group: ["one"] } }),
      }),
    );
    await events().send(
      new PutTargetsCommand({ Rule: name, Targets: [{ Id: "function", Arn: arn, ...settings.target }] }),
    );
    if (settings.admitted !== false) await admit(name, name);
    return arn;
  }

  async function admit(functionName: string, rule: string): Promise<void> {
    await new LambdaClient({}).send(
      new AddPermissionCommand({
        FunctionName: functionName,
        StatementId: `by-${rule}`,
        Action: "lambda:InvokeFunction",
        Principal: "events.amazonaws.com",
        SourceArn: ruleArn(rule),
      }),
    );
  }

  async function setFaults(faults: object): Promise<Response> {
    return fetch(`${aws.url}/local-aws/faults`, { method: "PUT", body: JSON.stringify(faults) });
  }

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

  describe("delivery", () => {
    it("fails without a permission for that very rule, at once, and the dead letter says so", async () => {
      const queue = await makeQueue("no-permission", ["uninvited"]);
      const arn = await ruleToFunction("uninvited", {
        admitted: false,
        target: { DeadLetterConfig: { Arn: queue } },
      });
      await admit("uninvited", "plain");
      const id = await send("uninvited", { group: "one" });
      const [delivery] = await settled(id);
      assert.deepEqual([delivery?.outcome, delivery?.attempts], ["dead letter", 1]);
      const [letter] = await eventually("the dead letter", () => receive("no-permission"));
      assert.equal(letter?.body.id, id);
      assert.equal(letter?.attributes.ERROR_CODE, "NO_PERMISSIONS");
      assert.equal(letter?.attributes.RULE_ARN, ruleArn("uninvited"));
      assert.equal(letter?.attributes.TARGET_ARN, arn);
      assert.equal(letter?.attributes.EXHAUSTED_RETRY_CONDITION, undefined);
    });

    it("fails at once if the function is gone", async () => {
      const queue = await makeQueue("gone", ["gone"]);
      await ruleToFunction("gone", { target: { DeadLetterConfig: { Arn: queue } } });
      await new LambdaClient({}).send(new DeleteFunctionCommand({ FunctionName: "gone" }));
      await settled(await send("gone", { group: "one" }));
      const [letter] = await eventually("the dead letter", () => receive("gone"));
      assert.equal(letter?.attributes.ERROR_CODE, "NO_RESOURCE");
    });

    it("loses the event if the queue's policy does not admit it", async () => {
      const queue = await makeQueue("closed", ["another-rule"]);
      await ruleToFunction("closed", { admitted: false, target: { DeadLetterConfig: { Arn: queue } } });
      const [delivery] = await settled(await send("closed", { group: "one" }));
      assert.equal(delivery?.outcome, "lost");
      assert.match(delivery.reason ?? "", /the policy of .*:closed does not let events\.amazonaws\.com send/);
      assert.equal(await receive("closed"), undefined);
    });

    it("is tried again while Lambda is out of order, until it takes the event", async () => {
      await ruleToFunction("patient");
      await setFaults({ functions: { patient: "unavailable" } });
      const id = await send("patient", { group: "one" });
      await eventually("a second attempt", async () => {
        const found = (await published()).find(({ event }) => event.id === id);
        return (found?.deliveries[0]?.attempts ?? 0) > 1 || undefined;
      });
      await setFaults({});
      const [delivery] = await settled(id);
      assert.equal(delivery?.invocation?.outcome, "succeeded");
    });

    it("is given up after the target's retries, or when the event is too old", async () => {
      const retries = await makeQueue("retries", ["retries"]);
      const age = await makeQueue("age", ["age"]);
      await ruleToFunction("retries", {
        target: { DeadLetterConfig: { Arn: retries }, RetryPolicy: { MaximumRetryAttempts: 2 } },
      });
      await ruleToFunction("age", {
        target: { DeadLetterConfig: { Arn: age }, RetryPolicy: { MaximumEventAgeInSeconds: 60 } },
      });
      await setFaults({ functions: { retries: "unavailable", age: "unavailable" } });
      const [delivery] = await settled(await send("retries", { group: "one" }));
      assert.equal(delivery?.attempts, 3);
      await settled(await send("age", { group: "one" }));
      const [afterRetries] = await eventually("the dead letter", () => receive("retries"));
      assert.equal(afterRetries?.attributes.EXHAUSTED_RETRY_CONDITION, "MaximumRetryAttempts");
      assert.equal(afterRetries?.attributes.RETRY_ATTEMPTS, "2");
      const [afterAge] = await eventually("the dead letter", () => receive("age"));
      assert.equal(afterAge?.attributes.EXHAUSTED_RETRY_CONDITION, "MaximumEventAgeInSeconds");
    });
  });

  describe("a function that fails on an event", () => {
    it("has taken it: it is run twice more, then the event is in the function's dead-letter queue", async () => {
      const ofRule = await makeQueue("of-rule", ["failing"]);
      const ofFunction = await makeQueue("of-function");
      await ruleToFunction("failing", {
        deadLetters: ofFunction,
        target: { DeadLetterConfig: { Arn: ofRule } },
      });
      const began = Date.now();
      const id = await send("failing", { group: "one", ask: "fail" });
      const [delivery] = await settled(id);
      assert.ok(Date.now() - began >= (60 + 120) * timeScale * 1000, "waits one and two minutes");
      assert.deepEqual([delivery?.outcome, delivery?.attempts], ["delivered", 1]);
      assert.equal(delivery?.invocation?.errors.length, 3);
      assert.equal(delivery.invocation.outcome, "dead letter");
      const [letter] = await eventually("the dead letter", () => receive("of-function"));
      assert.equal(letter?.body.id, id);
      assert.deepEqual(letter?.attributes, {
        RequestID: delivery.invocation.requestId,
        ErrorCode: "200",
        ErrorMessage: "no such zone",
      });
      assert.equal(await receive("of-rule"), undefined);
    });

    it("loses the event if its role may not send to the queue", async () => {
      const queue = await makeQueue("forbidden");
      await ruleToFunction("forbidden", { deadLetters: queue });
      await setRolePolicy("forbidden", [{ Effect: "Allow", Action: "sqs:ReceiveMessage", Resource: queue }]);
      const [delivery] = await settled(await send("forbidden", { group: "one", ask: "fail" }));
      assert.equal(delivery?.invocation?.outcome, "lost");
      assert.equal(await receive("forbidden"), undefined);
    });

    it("is run again with success if what it failed on has passed", async () => {
      await ruleToFunction("recovering");
      await setFaults({ functions: { recovering: "fail" } });
      const id = await send("recovering", { group: "one" });
      await eventually("a failure", async () => {
        const found = (await published()).find(({ event }) => event.id === id);
        return found?.deliveries[0]?.invocation?.errors.length || undefined;
      });
      await setFaults({});
      const [delivery] = await settled(id);
      assert.equal(delivery?.invocation?.outcome, "succeeded");
      assert.match(
        delivery.invocation.errors[0]?.errorMessage ?? "",
        /Runtime exited with error: exit status 1/,
      );
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
