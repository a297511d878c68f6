import { CreateInstanceProfileCommand, DeleteInstanceProfileCommand, IAMClient } from "@aws-sdk/client-iam";
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually, hooks, makeSubnets, TestGroup } from "./autoScalingGroup";
import { region, withLocalAws } from "./localAws";

// 100 times as fast as AWS: 0.3 s for the shortest time-out, 9 s for a launch.
describe("instances of an Auto Scaling group live as on AWS", function () {
  this.timeout(30_000);
  withLocalAws(["--machines", "--time-scale", "0.01"]);
  let subnets: string[];
  before(async () => (subnets = await makeSubnets()));

  const inGroup = async (group: TestGroup) => (await group.describe()).instances.map(({ id }) => id);

  it("wait for the launch hook, then are in service", async () => {
    const group = await new TestGroup("launch").create(subnets);
    const [first = "", ...others] = await group.idsOnce("Pending:Wait", 3);
    const { AutoScalingInstances } = await group.autoScaling.describeAutoScalingInstances({
      InstanceIds: [first],
    });
    assert.equal(AutoScalingInstances?.[0]?.LifecycleState, "Pending:Wait");

    await group.complete(first, "launch");
    assert.deepEqual(await group.idsOnce("InService", 1), [first]);
    assert.deepEqual(await group.ids("Pending:Wait"), others);
  });

  it("of a group without hooks are in service by themselves", async () => {
    const group = await new TestGroup("no-hooks").create(subnets, { LifecycleHookSpecificationList: [] });
    await group.idsOnce("InService", 3);
  });

  it("have no action to complete once it is completed, nor for another hook", async () => {
    const group = await new TestGroup("completed").create(subnets);
    const [first = ""] = await group.idsOnce("Pending:Wait", 3);
    const refusal = {
      name: "ValidationError",
      message: `No active Lifecycle Action found with instance ID ${first}`,
    };
    await assert.rejects(group.complete(first, "terminate"), refusal);
    await group.complete(first, "launch");
    await assert.rejects(group.complete(first, "launch"), refusal);
    await assert.rejects(
      group.autoScaling.completeLifecycleAction({
        AutoScalingGroupName: group.name,
        LifecycleHookName: "launch",
        LifecycleActionToken: "7a6e9f6e-0000-4000-8000-000000000000",
        LifecycleActionResult: "CONTINUE",
      }),
      /No active Lifecycle Action found with token 7a6e9f6e/,
    );
  });

  it("are terminated and replaced if their launch is abandoned, with the terminate hook", async () => {
    const group = await new TestGroup("abandoned").create(subnets);
    const [first = "", ...others] = await group.idsOnce("Pending:Wait", 3);
    await group.complete(first, "launch", "ABANDON");
    const [leaving = ""] = await group.idsOnce("Terminating:Wait", 1);
    assert.equal(leaving, first);
    const launched = await group.idsOnce("Pending:Wait", 3);
    assert.deepEqual(launched.slice(0, 2), others);
    assert.equal(await group.ec2State(first), "running");

    await group.complete(first, "terminate");
    await eventually("the abandoned one is gone", async () => !(await inGroup(group)).includes(first));
    assert.equal(await group.ec2State(first), "terminated");

    const { Activities = [] } = await group.autoScaling.describeScalingActivities({
      AutoScalingGroupName: group.name,
    });
    const launch = Activities.find((activity) =>
      activity.Description?.startsWith(`Launching a new EC2 instance: ${first}`),
    );
    assert.equal(launch?.StatusCode, "Cancelled");
    assert.match(
      launch.StatusMessage ?? "",
      /was abandoned: Lifecycle Action Completed with ABANDON Result$/,
    );
  });

  it("have the hook's default result when its time-out is over, unless a heartbeat comes", async () => {
    const [launch, terminate] = hooks;
    const group = await new TestGroup("time-out").create(subnets, {
      MinSize: 1,
      MaxSize: 1,
      LifecycleHookSpecificationList: [
        { ...launch, HeartbeatTimeout: 100, DefaultResult: "CONTINUE" },
        { ...terminate, HeartbeatTimeout: 30 },
      ],
    });
    const [only = ""] = await group.idsOnce("Pending:Wait", 1);
    for (let heartbeats = 0; heartbeats < 3; heartbeats++) {
      await sleep(500);
      assert.deepEqual(await group.ids("Pending:Wait"), [only], "kept waiting by heartbeats");
      await group.autoScaling.recordLifecycleActionHeartbeat({
        AutoScalingGroupName: group.name,
        LifecycleHookName: "launch",
        InstanceId: only,
      });
    }
    assert.deepEqual(await group.idsOnce("InService", 1), [only]);

    await group.autoScaling.updateAutoScalingGroup({
      AutoScalingGroupName: group.name,
      MinSize: 0,
      DesiredCapacity: 0,
    });
    await eventually(
      "it is gone without anybody completing the hook",
      async () => (await inGroup(group)).length === 0,
    );
  });

  it("are replaced by ever rarer launches if all of them are abandoned", async () => {
    const group = await new TestGroup("failing").create(subnets, {
      MinSize: 1,
      MaxSize: 1,
      LifecycleHookSpecificationList: hooks.slice(0, 1),
    });
    const starts: number[] = [];
    for (let launch = 0; launch < 4; launch++) {
      const [id = ""] = await group.idsOnce("Pending:Wait", 1);
      starts.push(Date.now());
      await group.complete(id, "launch", "ABANDON");
      await eventually("it is gone", async () => !(await group.ids("Pending:Wait")).includes(id));
    }
    // At once, then a minute, then two; of which this server makes 0.6 and 1.2 s.
    const waits = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
    assert.ok(waits[1] >= 600 && waits[2] >= 1200, `waited ${waits.join(", ")} ms`);
  });

  it("are launched with what the template gives them, or the activity tells why not", async () => {
    const group = await new TestGroup("template").create(subnets, { MinSize: 0, DesiredCapacity: 1 });
    const [id = ""] = await group.idsOnce("Pending:Wait", 1);
    const { Reservations } = await group.ec2.describeInstances({ InstanceIds: [id] });
    const instance = Reservations?.[0]?.Instances?.[0];
    assert.match(instance?.PrivateDnsName ?? "", new RegExp(`\\.${region}\\.compute\\.internal$`));
    assert.ok(
      instance?.Tags?.some(({ Key, Value }) => Key === "aws:autoscaling:groupName" && Value === "template"),
    );

    const iam = new IAMClient({});
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: "removed" }));
    await group.launches({ InstanceType: "t3.medium", IamInstanceProfile: { Name: "removed" } });
    await iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName: "removed" }));
    await group.autoScaling.updateAutoScalingGroup({
      AutoScalingGroupName: group.name,
      DesiredCapacity: 2,
    });
    const failed = await eventually("the launch fails", async () => {
      const { Activities } = await group.autoScaling.describeScalingActivities({
        AutoScalingGroupName: group.name,
      });
      return Activities?.find(({ StatusCode }) => StatusCode === "Failed");
    });
    assert.match(failed.Description ?? "", /^Launching a new EC2 instance\.  Status Reason: .*removed/);
    assert.deepEqual(await inGroup(group), [id]);
  });

  it("are never launched with an instance profile that is not there: the group refuses the template", async () => {
    const group = await new TestGroup("unprofiled").create(subnets, { MinSize: 0, DesiredCapacity: 0 });
    await assert.rejects(
      group.launches({ InstanceType: "t3.medium", IamInstanceProfile: { Name: "nobody" } }),
      /You must use a valid fully-formed launch template\. .*nobody.* Invalid IAM Instance Profile name/,
    );
  });

  it("stay in the group until the terminate hook is over, but do not count", async () => {
    const group = await new TestGroup("terminate").createInService(subnets);
    const [first = ""] = await group.ids("InService");
    await group.autoScaling.terminateInstanceInAutoScalingGroup({
      InstanceId: first,
      ShouldDecrementDesiredCapacity: false,
    });
    assert.deepEqual(await group.idsOnce("Terminating:Wait", 1), [first]);
    await group.idsOnce("Pending:Wait", 1);
    // ABANDON lets it terminate as well.
    await group.complete(first, "terminate", "ABANDON");
    await eventually("it is gone", async () => !(await inGroup(group)).includes(first));
    assert.equal(await group.ec2State(first), "terminated");
  });

  it("are replaced at once when EC2 has terminated them", async () => {
    const group = await new TestGroup("crashed").createInService(subnets);
    const before = await group.describe();
    const [crashed] = before.instances;
    await group.ec2.terminateInstances({ InstanceIds: [crashed?.id ?? ""] });
    const [replacement = ""] = await group.idsOnce("Pending:Wait", 1);
    const { instances } = await group.describe();
    const dead = instances.find(({ id }) => id === crashed?.id);
    assert.deepEqual([dead?.state, dead?.health], ["Terminating:Wait", "Unhealthy"]);
    assert.equal(instances.find(({ id }) => id === replacement)?.zone, crashed?.zone);
    await group.settle();
  });

  it("are not given the address of one that is gone, and a gone one has none", async () => {
    const group = await new TestGroup("addresses").createInService(subnets);
    const address = async (id: string) => {
      const { Reservations } = await group.ec2.describeInstances({ InstanceIds: [id] });
      return Reservations?.[0]?.Instances?.[0]?.PrivateIpAddress;
    };
    const old = await group.ids("InService");
    const given = await Promise.all(old.map(address));
    await group.ec2.terminateInstances({ InstanceIds: old });
    await group.idsOnce("Pending:Wait", 3);
    await group.settle();
    const now = await Promise.all((await group.ids("InService")).map(address));
    assert.ok(
      now.every((one) => one && !given.includes(one)),
      `${now.join()} after ${given.join()}`,
    );
    assert.deepEqual(await Promise.all(old.map(address)), [undefined, undefined, undefined]);
  });

  it("leave by the fullest zone, oldest template and age when there are too many", async () => {
    const group = await new TestGroup("scale").createInService(subnets);
    const [first = "", second, third] = await group.ids("InService");
    await group.autoScaling.updateAutoScalingGroup({
      AutoScalingGroupName: group.name,
      MinSize: 4,
      MaxSize: 5,
    });
    const [fourth = ""] = await group.idsOnce("Pending:Wait", 1);
    const { instances } = await group.describe();
    const zoneOf = (id?: string) => instances.find((instance) => instance.id === id)?.zone;
    await group.settle();

    await group.autoScaling.updateAutoScalingGroup({
      AutoScalingGroupName: group.name,
      MinSize: 3,
      DesiredCapacity: 3,
    });
    const crowded = [first, second, third].filter((id) => zoneOf(id) === zoneOf(fourth));
    assert.deepEqual(await group.idsOnce("Terminating:Wait", 1), crowded);
    await group.settle();
  });

  it("go before they are in service when fewer are wanted", async () => {
    const group = await new TestGroup("fewer").create(subnets, { MinSize: 0, DesiredCapacity: 3 });
    const [first = "", second = "", third = ""] = await group.idsOnce("Pending:Wait", 3);
    await group.complete(first, "launch");
    await group.idsOnce("InService", 1);
    await group.autoScaling.setDesiredCapacity({ AutoScalingGroupName: group.name, DesiredCapacity: 1 });
    assert.deepEqual((await group.idsOnce("Terminating:Wait", 2)).sort(), [second, third].sort());
    assert.deepEqual(await group.ids("InService"), [first]);
  });

  it("are neither launched nor terminated while those processes are suspended", async () => {
    const group = await new TestGroup("suspended").createInService(subnets);
    const ScalingProcesses = ["Launch", "Terminate"];
    await group.autoScaling.suspendProcesses({ AutoScalingGroupName: group.name, ScalingProcesses });
    const [first = ""] = await group.ids("InService");
    await group.ec2.terminateInstances({ InstanceIds: [first] });
    await sleep(1000);
    assert.equal((await group.ids("InService")).length, 3);
    await group.autoScaling.resumeProcesses({ AutoScalingGroupName: group.name, ScalingProcesses });
    await group.idsOnce("Pending:Wait", 1);
  });

  it("hold up the deletion of their group, but not a forced one", async () => {
    const group = await new TestGroup("deleted").createInService(subnets);
    const deletion = { AutoScalingGroupName: group.name };
    const [first = "", second = ""] = await group.ids("InService");
    await group.autoScaling.terminateInstanceInAutoScalingGroup({
      InstanceId: first,
      ShouldDecrementDesiredCapacity: false,
    });
    await group.idsOnce("Terminating:Wait", 1);
    await assert.rejects(group.autoScaling.deleteAutoScalingGroup(deletion), { name: "ResourceInUseFault" });
    await group.autoScaling.deleteAutoScalingGroup({ ...deletion, ForceDelete: true });
    const { AutoScalingGroups } = await group.autoScaling.describeAutoScalingGroups({
      AutoScalingGroupNames: [group.name],
    });
    assert.deepEqual(AutoScalingGroups, []);
    for (const id of [first, second]) assert.equal(await group.ec2State(id), "terminated");
    const { LifecycleHooks } = await group.autoScaling.describeLifecycleHooks(deletion);
    assert.deepEqual(LifecycleHooks, []);
  });
});
