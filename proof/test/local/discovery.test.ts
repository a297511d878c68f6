import assert from "node:assert/strict";
import { outcome } from "../../local/discovery";
import { unsettled, type Delivery, type PublishedEvent } from "../../local/publishedEvents";

describe("what the discovery function made of an event", () => {
  const record = (requestId: string, decision: object) => ({ requestId, message: JSON.stringify(decision) });

  it("is told in record sets changed", () => {
    const records = [
      record("one", { decision: "reconcile" }),
      record("one", { decision: "change", changes: [1, 2, 3] }),
      record("one", { decision: "nothing to change" }),
    ];
    assert.equal(outcome(records, "one"), "3 record sets changed");
  });

  it("is nothing when it changed none, whatever else is in the log", () => {
    const records = [
      record("another", { decision: "change", changes: [1] }),
      { message: { errorMessage: "of the runtime" } },
      { requestId: "one", message: "(node:1) a warning" },
      record("one", { decision: "nothing to change" }),
    ];
    assert.equal(outcome(records, "one"), "nothing to change");
  });

  it("is not known without a log", () => {
    assert.throws(() => outcome([], "one"), /the function's log has no decision of request one/);
  });
});

describe("an event that is not settled", () => {
  const invocation = { requestId: "r", errors: [], outcome: "pending" as const };
  const delivery: Delivery = {
    rule: "demo-group-events",
    target: "arn",
    attempts: 1,
    outcome: "delivered",
    reason: null,
    invocation: { ...invocation, outcome: "succeeded" },
  };
  const event = (...deliveries: Delivery[]): PublishedEvent => ({
    event: { id: "e-1", time: "", source: "aws.autoscaling", "detail-type": "Launch", detail: {} },
    deliveries,
  });

  it("is one that is under way, or failed, with the reason; not one that succeeded or matched no rule", () => {
    const events = [
      event(delivery),
      event(),
      event({ ...delivery, outcome: "dead letter", reason: "NO_PERMISSIONS: no", invocation: null }),
      event({ ...delivery, invocation }),
      event({ ...delivery, invocation: { ...invocation, errors: [{ errorMessage: "no such zone" }] } }),
    ];
    assert.deepEqual(unsettled(events), [
      "Launch (e-1), rule demo-group-events: dead letter after 1 attempts, NO_PERMISSIONS: no",
      "Launch (e-1), rule demo-group-events: the function has not ended",
      "Launch (e-1), rule demo-group-events: the function failed: no such zone",
    ]);
  });
});
