import {
  AutoScalingClient,
  CancelInstanceRefreshCommand,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  DescribeLifecycleHooksCommand,
  StartInstanceRefreshCommand,
  UpdateAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import { EC2 } from "@aws-sdk/client-ec2";
import assert from "node:assert/strict";
import { makeSubnets } from "./autoScalingGroup";
import { region, withLocalAws } from "./localAws";

// Without --machines instances are in service at once, and a refresh is over as soon as it starts.
describe("an Auto Scaling group", () => {
  withLocalAws();
  let subnets: string[];
  before(async () => (subnets = await makeSubnets()));

  const autoScaling = () => new AutoScalingClient({});
  const group = { AutoScalingGroupName: "controllers" };

  async function instances() {
    const { AutoScalingGroups: [found] = [] } = await autoScaling().send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group.AutoScalingGroupName] }),
    );
    return (found?.Instances ?? []).map((instance) => ({
      id: instance.InstanceId ?? "",
      zone: instance.AvailabilityZone,
      version: instance.LaunchTemplate?.Version,
    }));
  }

  before(async () => {
    const ec2 = new EC2({});
    const template = { LaunchTemplateName: "controllers" };
    await ec2.createLaunchTemplate({
      ...template,
      LaunchTemplateData: { InstanceType: "t3.medium", UserData: "djE=" },
    });
    await ec2.createLaunchTemplateVersion({
      ...template,
      LaunchTemplateData: { InstanceType: "t3.large", UserData: "djI=" },
    });
    await autoScaling().send(
      new CreateAutoScalingGroupCommand({
        ...group,
        MinSize: 3,
        MaxSize: 3,
        VPCZoneIdentifier: subnets.join(","),
        LaunchTemplate: { ...template, Version: "1" },
        LifecycleHookSpecificationList: [
          {
            LifecycleHookName: "launch",
            LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
            DefaultResult: "ABANDON",
            HeartbeatTimeout: 900,
          },
        ],
      }),
    );
  });

  it("has its lifecycle hooks from the first second", async () => {
    const { LifecycleHooks = [] } = await autoScaling().send(new DescribeLifecycleHooksCommand(group));
    assert.deepEqual(
      LifecycleHooks.map((hook) => [hook.LifecycleHookName, hook.DefaultResult, hook.HeartbeatTimeout]),
      [["launch", "ABANDON", 900]],
    );
  });

  it("keeps its maintenance policy, also through an update that does not name it", async () => {
    const policy = { MinHealthyPercentage: 100, MaxHealthyPercentage: 134 };
    await autoScaling().send(
      new UpdateAutoScalingGroupCommand({ ...group, InstanceMaintenancePolicy: policy }),
    );
    await autoScaling().send(new UpdateAutoScalingGroupCommand({ ...group, HealthCheckGracePeriod: 60 }));
    const { AutoScalingGroups: [found] = [] } = await autoScaling().send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group.AutoScalingGroupName] }),
    );
    assert.deepEqual(found?.InstanceMaintenancePolicy, policy);
  });

  it("keeps its mixed-instances policy through an update that does not name it", async () => {
    const mixed = {
      LaunchTemplate: {
        LaunchTemplateSpecification: { LaunchTemplateName: "controllers", Version: "1" },
        Overrides: [{ InstanceType: "m7i.large" }, { InstanceType: "m6i.large" }],
      },
      InstancesDistribution: { OnDemandBaseCapacity: 0, OnDemandPercentageAboveBaseCapacity: 50 },
    };
    const pool = { AutoScalingGroupName: "pool" };
    await autoScaling().send(
      new CreateAutoScalingGroupCommand({
        ...pool,
        MinSize: 1,
        MaxSize: 2,
        VPCZoneIdentifier: subnets[0],
        MixedInstancesPolicy: mixed,
      }),
    );
    await autoScaling().send(new UpdateAutoScalingGroupCommand({ ...pool, MaxSize: 3 }));
    const { AutoScalingGroups: [found] = [] } = await autoScaling().send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [pool.AutoScalingGroupName] }),
    );
    assert.deepEqual(
      found?.MixedInstancesPolicy?.LaunchTemplate?.Overrides?.map(({ InstanceType }) => InstanceType),
      ["m7i.large", "m6i.large"],
    );
    assert.deepEqual(
      found.Instances?.map(({ InstanceType }) => InstanceType),
      ["m7i.large"],
    );
  });

  it("has an instance in each zone", async () => {
    const zones = (await instances()).map(({ zone }) => zone);
    assert.deepEqual(zones.sort(), [`${region}a`, `${region}b`, `${region}c`]);
  });

  it("replaces all of them in a refresh: new version, new user data, same zones, old ones terminated", async () => {
    const old = await instances();
    await autoScaling().send(
      new UpdateAutoScalingGroupCommand({
        ...group,
        LaunchTemplate: { LaunchTemplateName: "controllers", Version: "2" },
      }),
    );
    const { InstanceRefreshId } = await autoScaling().send(new StartInstanceRefreshCommand(group));
    const { InstanceRefreshes } = await autoScaling().send(new DescribeInstanceRefreshesCommand(group));
    assert.deepEqual(
      InstanceRefreshes?.map((refresh) => [
        refresh.InstanceRefreshId,
        refresh.Status,
        refresh.PercentageComplete,
      ]),
      [[InstanceRefreshId, "Successful", 100]],
    );

    const now = await instances();
    assert.deepEqual(
      now.map(({ version }) => version),
      ["2", "2", "2"],
    );
    assert.deepEqual(now.map(({ zone }) => zone).sort(), old.map(({ zone }) => zone).sort());
    assert.ok(now.every(({ id }) => !old.some((before) => before.id === id)));
    const { Reservations = [] } = await new EC2({}).describeInstances({
      InstanceIds: old.map(({ id }) => id),
    });
    const states = Reservations.flatMap(({ Instances = [] }) => Instances.map(({ State }) => State?.Name));
    assert.deepEqual(states, ["terminated", "terminated", "terminated"]);
    const userData = await new EC2({}).describeInstanceAttribute({
      InstanceId: now[0]?.id,
      Attribute: "userData",
    });
    assert.equal(userData.UserData?.Value, "djI=");
  });

  it("leaves instances of the wanted version alone in a refresh that skips matching ones", async () => {
    const old = await instances();
    await autoScaling().send(
      new StartInstanceRefreshCommand({ ...group, Preferences: { SkipMatching: true } }),
    );
    assert.deepEqual(await instances(), old);
  });

  it("has no refresh to cancel once it is over", async () => {
    await assert.rejects(autoScaling().send(new CancelInstanceRefreshCommand(group)), {
      name: "ActiveInstanceRefreshNotFoundFault",
    });
  });
});
