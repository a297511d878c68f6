import { EC2 } from "@aws-sdk/client-ec2";
import assert from "node:assert/strict";
import { eventually, makeSubnets, TestGroup } from "./autoScalingGroup";
import { authorization, withLocalAws } from "./localAws";

interface PublishedEvent {
  readonly source: string;
  readonly "detail-type": string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Every event that the local AWS at `url` has published, oldest first. */
async function publishedEvents(url: string): Promise<PublishedEvent[]> {
  const published = (await (await fetch(`${url}/local-aws/events`)).json()) as { event: PublishedEvent }[];
  return published.map(({ event }) => event);
}

/** The values of an XML element that holds no other. */
const values = (xml: string, element: string) =>
  [...xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, "g"))].map(([, value = ""]) => value);

describe("an Auto Scaling group tells what happens to its instances", function () {
  this.timeout(30_000);
  const aws = withLocalAws(["--machines", "--time-scale", "0.01"]);
  let subnets: string[];
  before(async () => (subnets = await makeSubnets()));

  /** Type and detail of the events about an instance or a group, oldest first. */
  async function eventsAbout(subject: string): Promise<{ type: string; event: PublishedEvent }[]> {
    const events = await publishedEvents(aws.url);
    const mentions = ({ detail }: PublishedEvent) => Object.values(detail).includes(subject);
    return events.filter(mentions).map((event) => ({ type: event["detail-type"], event }));
  }

  const state = ({ event }: { event: PublishedEvent }) => event.detail.state;

  it("by events, from the launch to the end", async () => {
    const group = await new TestGroup("events").create(subnets, { MinSize: 0, DesiredCapacity: 1 });
    const [id = ""] = await group.idsOnce("Pending:Wait", 1);
    const [, , waiting] = await eventsAbout(id);
    const { arn } = await group.describe();
    assert.deepEqual(waiting?.event.resources, [arn]);
    const { LifecycleActionToken: token, ...detail } = waiting.event.detail;
    assert.deepEqual(detail, {
      AutoScalingGroupName: "events",
      LifecycleHookName: "launch",
      EC2InstanceId: id,
      LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
      Origin: "EC2",
      Destination: "AutoScalingGroup",
    });

    await group.autoScaling.completeLifecycleAction({
      AutoScalingGroupName: group.name,
      LifecycleHookName: "launch",
      LifecycleActionToken: String(token),
      LifecycleActionResult: "CONTINUE",
    });
    await group.idsOnce("InService", 1);
    await group.autoScaling.setDesiredCapacity({ AutoScalingGroupName: group.name, DesiredCapacity: 0 });
    await group.settle();
    const events = await eventsAbout(id);
    assert.deepEqual(
      events.map((one) => [one.type, state(one)].filter(Boolean).join(": ")),
      [
        "EC2 Instance State-change Notification: pending",
        "EC2 Instance State-change Notification: running",
        "EC2 Instance-launch Lifecycle Action",
        "EC2 Instance Launch Successful",
        "EC2 Instance-terminate Lifecycle Action",
        "EC2 Instance State-change Notification: shutting-down",
        "EC2 Instance State-change Notification: terminated",
        "EC2 Instance Terminate Successful",
      ],
    );
    assert.deepEqual(
      events.map(({ event }) => event.source),
      ["ec2", "ec2", "autoscaling", "autoscaling", "autoscaling", "ec2", "ec2", "autoscaling"].map(
        (service) => `aws.${service}`,
      ),
    );
    const successful = events[3]?.event;
    assert.match(successful?.resources[1] ?? "", new RegExp(`:instance/${id}$`));
    assert.equal(successful?.detail.Description, `Launching a new EC2 instance: ${id}`);
  });

  it("also of a launch that is abandoned", async () => {
    const group = await new TestGroup("abandoned").create(subnets, { MinSize: 1, MaxSize: 1 });
    const [id = ""] = await group.idsOnce("Pending:Wait", 1);
    await group.complete(id, "launch", "ABANDON");
    const { event } = await eventually("it is told", async () =>
      (await eventsAbout(id)).find(({ type }) => type === "EC2 Instance Launch Unsuccessful"),
    );
    assert.equal(event.detail.StatusCode, "Failed");
    assert.match(String(event.detail.StatusMessage), /was abandoned/);
  });

  it("and of the course of a refresh", async () => {
    const group = await new TestGroup("refresh").createInService(subnets);
    await group.autoScaling.startInstanceRefresh({
      AutoScalingGroupName: group.name,
      Preferences: { InstanceWarmup: 0, CheckpointPercentages: [60, 100], CheckpointDelay: 10 },
    });
    await eventually("it is over", async () => {
      await group.completeAll();
      return (await eventsAbout(group.name)).some(
        ({ type }) => type === "EC2 Auto Scaling Instance Refresh Succeeded",
      );
    });
    const told = (await eventsAbout(group.name)).filter(({ type }) => type.includes("Instance Refresh"));
    assert.deepEqual(
      told.map(({ type, event }) => [
        type.replace("EC2 Auto Scaling Instance Refresh ", ""),
        event.detail.CheckpointPercentage,
      ]),
      [
        ["Started", undefined],
        ["Checkpoint Reached", "60"],
        ["Succeeded", undefined],
      ],
    );
  });

  it("and to its target groups, which hold what is in service", async () => {
    const call = async (action: string, parameters: Record<string, string>) => {
      const answer = await fetch(aws.url, {
        method: "POST",
        headers: { Authorization: authorization("elasticloadbalancing") },
        body: new URLSearchParams({ Action: action, Version: "2015-12-01", ...parameters }),
      });
      const text = await answer.text();
      assert.ok(answer.ok, text);
      return text;
    };
    const { Subnets } = await new EC2({}).describeSubnets({ SubnetIds: subnets });
    const made = await call("CreateTargetGroup", {
      Name: "api",
      Protocol: "TCP",
      Port: "6443",
      TargetType: "instance",
      VpcId: Subnets?.[0]?.VpcId ?? "",
    });
    const [TargetGroupArn = ""] = values(made, "TargetGroupArn");
    const targets = async () => values(await call("DescribeTargetHealth", { TargetGroupArn }), "Id").sort();

    const group = await new TestGroup("targets").create(subnets, { TargetGroupARNs: [TargetGroupArn] });
    const [first = "", second = "", third = ""] = await group.idsOnce("Pending:Wait", 3);
    assert.deepEqual(await targets(), []);
    await group.complete(first, "launch");
    await group.idsOnce("InService", 1);
    assert.deepEqual(await targets(), [first]);
    await group.settle();
    assert.deepEqual(await targets(), [first, second, third].sort());

    await group.autoScaling.terminateInstanceInAutoScalingGroup({
      InstanceId: first,
      ShouldDecrementDesiredCapacity: false,
    });
    await group.idsOnce("Terminating:Wait", 1);
    assert.deepEqual(await targets(), [second, third].sort(), "it still runs, but nothing new is sent to it");
    await group.ec2.terminateInstances({ InstanceIds: [second] });
    await group.idsOnce("Terminating:Wait", 2);
    assert.deepEqual(await targets(), [third]);
  });
});

describe("without machines an Auto Scaling group", function () {
  const aws = withLocalAws();

  it("is all it should be when the request that changed it is answered, and tells the same", async () => {
    const group = await new TestGroup("at-once").create(await makeSubnets());
    const before = await group.ids("InService");
    assert.equal(before.length, 3);
    await group.autoScaling.startInstanceRefresh({
      AutoScalingGroupName: group.name,
      Preferences: {
        MinHealthyPercentage: 100,
        MaxHealthyPercentage: 134,
        CheckpointPercentages: [34, 67, 100],
        CheckpointDelay: 300,
      },
    });
    const { InstanceRefreshes } = await group.autoScaling.describeInstanceRefreshes({
      AutoScalingGroupName: group.name,
    });
    assert.equal(InstanceRefreshes?.[0]?.Status, "Successful");
    const { instances } = await group.describe();
    assert.deepEqual(
      instances.map((instance) => [instance.state, before.includes(instance.id)]),
      [
        ["InService", false],
        ["InService", false],
        ["InService", false],
      ],
    );
    await group.autoScaling.updateAutoScalingGroup({
      AutoScalingGroupName: group.name,
      MinSize: 0,
      MaxSize: 0,
      DesiredCapacity: 0,
    });
    assert.deepEqual((await group.describe()).instances, []);
    await group.autoScaling.deleteAutoScalingGroup({ AutoScalingGroupName: group.name });

    const events = await publishedEvents(aws.url);
    const count = (type: string) => events.filter((event) => event["detail-type"] === type).length;
    assert.equal(count("EC2 Instance-launch Lifecycle Action"), 6);
    assert.equal(count("EC2 Instance-terminate Lifecycle Action"), 6);
  });
});
