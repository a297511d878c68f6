import { EventBridgeClient, PutRuleCommand } from "@aws-sdk/client-eventbridge";
import * as assert from "node:assert/strict";
import { groupEvents, poolEvents } from "../../../components/network/groupEvents";
import { eventually, makeSubnets, TestGroup } from "../local/autoScalingGroup";
import { region, withLocalAws } from "../local/localAws";
import { published, setFaults } from "../local/rules";
import { events as documented } from "./documentedEvents.json";
import { eventFaults } from "./eventFaults";

/** Nothing here makes Auto Scaling fail to end an instance, or to replace one. */
const neverSent = [
  "EC2 Instance Terminate Unsuccessful",
  "EC2 Auto Scaling Instance Refresh Cancelled",
  "EC2 Auto Scaling Instance Refresh Failed",
];

const exampleOf = (type: string) => documented.find((each) => each["detail-type"] === type);

describe("Events of the local AWS", function () {
  this.timeout(60_000);
  withLocalAws(["--machines", "--time-scale", "0.01"]);

  it("have the form of the documents' examples, each kind of them", async () => {
    const zones = ["a", "b", "c"].map((zone) => region + zone);
    await new EventBridgeClient({}).send(
      new PutRuleCommand({ Name: "every-minute", ScheduleExpression: "rate(1 minute)" }),
    );
    const subnets = await makeSubnets();
    const sent = async (type: string) =>
      eventually(type, async () => (await published()).some(({ event }) => event["detail-type"] === type));

    const refreshed = await new TestGroup("refreshed").createInService(subnets);
    await refreshed.autoScaling.startInstanceRefresh({
      AutoScalingGroupName: refreshed.name,
      Preferences: { InstanceWarmup: 0, CheckpointPercentages: [60, 100], CheckpointDelay: 10 },
    });
    await eventually("the refresh is over", async () => {
      await refreshed.completeAll();
      return (await published()).some(({ event }) => event["detail-type"].endsWith("Refresh Succeeded"));
    });
    const abandoned = await new TestGroup("abandoned").create(subnets, { MinSize: 1, MaxSize: 1 });
    const [id = ""] = await abandoned.idsOnce("Pending:Wait", 1);
    await abandoned.complete(id, "launch", "ABANDON");
    await sent("EC2 Instance Launch Unsuccessful");
    await setFaults({ zonesWithoutCapacity: zones });
    await new TestGroup("full").create(subnets, { LifecycleHookSpecificationList: [] });
    await eventually("a launch without an instance", async () =>
      (await published()).some(({ event }) => event.detail.EC2InstanceId === ""),
    );
    await sent("Scheduled Event");

    const all = (await published()).map(({ event }) => event);
    const kinds = new Set(all.map((event) => event["detail-type"]));
    const faults = all.flatMap((event) => {
      const example = exampleOf(event["detail-type"]);
      if (!example) return [`there is no example of ${event["detail-type"]}`];
      return eventFaults(event as never, example as never).map(
        (fault) => `${event["detail-type"]}: ${fault}`,
      );
    });
    console.log(
      `      compared ${all.length} events of ${kinds.size} kinds: ${[...kinds].sort().join(", ")}`,
    );
    assert.deepEqual([...new Set(faults)], []);
    const expected = documented
      .map((each) => each["detail-type"])
      .filter((type) => !neverSent.includes(type));
    assert.deepEqual([...kinds].sort(), expected.sort());
  });
});

describe("The function's rules", () => {
  it("name only events that are documented", () => {
    const named = [groupEvents("a"), poolEvents("a")].flatMap((pattern) => pattern["detail-type"]);
    assert.deepEqual(
      named.filter((type) => exampleOf(type)?.source !== "aws.autoscaling"),
      [],
    );
  });
});

describe("An event", () => {
  const example = exampleOf("EC2 Instance Launch Successful")!;
  const mistakes: readonly [title: string, change: object, fault: string][] = [
    ["a missing value", { region: undefined }, ".region is missing"],
    ["a value that is not documented", { sender: "us" }, ".sender is not documented"],
    ["another source", { source: "aws.ec2" }, '.source is "aws.ec2", not "aws.autoscaling"'],
    [
      "a time of another form",
      { time: "2026-01-01" },
      '.time is "2026-01-01", unlike "yyyy-mm-ddThh:mm:ssZ"',
    ],
    [
      "a number where a text is due",
      { detail: { ...example.detail, StatusMessage: 5 } },
      ".detail.StatusMessage is 5, no text",
    ],
  ];
  for (const [title, change, fault] of mistakes) {
    it(`is not accepted with ${title}`, () => {
      const event = JSON.parse(JSON.stringify({ ...example, ...change }));
      assert.deepEqual(eventFaults(event as never, example as never), [fault]);
    });
  }
});
