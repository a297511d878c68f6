import assert from "node:assert/strict";
import { outcome } from "../../local/discovery";
import { launchEvent } from "../../local/launchEvents";

const launch = {
  account: "123456789012",
  region: "eu-central-1",
  groupArn:
    "arn:aws:autoscaling:eu-central-1:123456789012:autoScalingGroup:1:autoScalingGroupName/demo-controllers",
  group: "demo-controllers",
  hook: "launch",
  instanceId: "i-0a1b2c3d4e5f60718",
};
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe("the event of a launch", () => {
  it("is what EventBridge sends: envelope and detail", () => {
    const { id, detail, ...envelope } = launchEvent(launch, new Date("2026-11-23T15:04:05.678Z"));
    const { LifecycleActionToken, ...rest } = detail;
    assert.deepEqual(envelope, {
      version: "0",
      "detail-type": "EC2 Instance-launch Lifecycle Action",
      source: "aws.autoscaling",
      account: "123456789012",
      time: "2026-11-23T15:04:05Z",
      region: "eu-central-1",
      resources: [launch.groupArn],
    });
    assert.deepEqual(rest, {
      AutoScalingGroupName: "demo-controllers",
      LifecycleHookName: "launch",
      EC2InstanceId: "i-0a1b2c3d4e5f60718",
      LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
      Origin: "EC2",
      Destination: "AutoScalingGroup",
    });
    assert.match(id, uuid);
    assert.match(LifecycleActionToken ?? "", uuid);
  });

  it("has an id and a token of its own each time", () => {
    const [one, other] = [launchEvent(launch), launchEvent(launch)];
    assert.notEqual(one.id, other.id);
    assert.notEqual(one.detail.LifecycleActionToken, other.detail.LifecycleActionToken);
  });
});

describe("what the discovery function made of an event", () => {
  const line = (decision: object) => JSON.stringify(decision);

  it("is told in record sets changed", () => {
    const log = [
      line({ decision: "change", changes: [1, 2, 3] }),
      line({ decision: "nothing to change" }),
    ].join("\n");
    assert.equal(outcome(log), "3 record sets changed");
  });

  it("is nothing when it changed none, whatever else is in the log", () => {
    assert.equal(
      outcome(`(node:1) a warning\n${line({ decision: "nothing to change" })}\n`),
      "nothing to change",
    );
  });
});
