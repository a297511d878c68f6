import { DeleteFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import assert from "node:assert/strict";
import { setRolePolicy } from "./deployedFunction";
import { eventually } from "./eventually";
import { withLocalAws } from "./localAws";
import { makeQueue, receive, ruleArn } from "./queues";
import { admit, published, ruleToFunction, send, setFaults, settled } from "./rules";

/** A minute of AWS takes 0.6 seconds here. */
const timeScale = 0.01;

describe("of an event for a function", () => {
  withLocalAws(["--time-scale", String(timeScale)]);
  afterEach(() => setFaults({}));

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
});
