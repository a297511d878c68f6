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
import { authorization, region, withLocalAws } from "./localAws";

describe("the local AWS does what AWS does and moto does not", () => {
  const aws = withLocalAws();
  let subnets: string[];
  let vpc: string;

  before(async () => {
    const ec2 = new EC2({});
    vpc = (await ec2.createVpc({ CidrBlock: "10.0.0.0/16" })).Vpc?.VpcId ?? "";
    subnets = [];
    for (const [index, zone] of ["a", "b", "c"].entries()) {
      const created = await ec2.createSubnet({
        VpcId: vpc,
        CidrBlock: `10.0.${index}.0/24`,
        AvailabilityZone: `${region}${zone}`,
      });
      subnets.push(created.Subnet?.SubnetId ?? "");
    }
  });

  it("finds a Flatcar release by owner, name and architecture, once", async () => {
    for (const architecture of ["x86_64", "arm64"]) {
      const { Images = [] } = await new EC2({}).describeImages({
        Owners: ["075585003325"],
        Filters: [
          { Name: "name", Values: ["Flatcar-stable-4757.2.1-hvm"] },
          { Name: "architecture", Values: [architecture] },
        ],
      });
      assert.deepEqual(
        Images.map(({ Architecture, RootDeviceName }) => [Architecture, RootDeviceName]),
        [[architecture, "/dev/xvda"]],
      );
    }
  });

  it("copies an image with what makes it boot, under a name once, and launches none that was deregistered", async () => {
    const ec2 = new EC2({});
    const filters = [
      { Name: "name", Values: ["Flatcar-stable-4757.2.1-hvm"] },
      { Name: "architecture", Values: ["arm64"] },
    ];
    const [source] = (await ec2.describeImages({ Filters: filters })).Images ?? [];
    const copy = { SourceRegion: region, SourceImageId: source.ImageId, Name: "copy" };
    const { ImageId = "" } = await ec2.copyImage(copy);
    const [made] = (await ec2.describeImages({ Owners: ["self"], ImageIds: [ImageId] })).Images ?? [];
    for (const each of ["Architecture", "RootDeviceName", "RootDeviceType", "BootMode"] as const) {
      assert.equal(made[each], source[each], each);
    }
    await assert.rejects(ec2.copyImage(copy), { message: /already in use/ });

    const launch = (image: string) =>
      ec2.runInstances({ ImageId: image, MinCount: 1, MaxCount: 1, SubnetId: subnets[0] });
    await ec2.deregisterImage({ ImageId: source.ImageId });
    await assert.rejects(launch(source.ImageId ?? ""), { message: /does not exist/ });
    const { Instances = [] } = await launch(ImageId);
    await ec2.terminateInstances({ InstanceIds: Instances.map((each) => each.InstanceId ?? "") });
  });

  it("lets one of many simultaneous conditional PUTs win", async () => {
    await fetch(`${aws.url}/formation`, { method: "PUT" });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, writer) =>
        fetch(`${aws.url}/formation/etcd/formed.json`, {
          method: "PUT",
          body: String(writer),
          headers: { "If-None-Match": "*", Authorization: authorization("s3") },
        }),
      ),
    );
    const statuses = answers.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [200, ...Array.from({ length: 19 }, () => 412)]);
  });

  it("makes, lists and deletes an Instance Connect Endpoint", async () => {
    const ec2 = new EC2({});
    const { InstanceConnectEndpoint: made } = await ec2.createInstanceConnectEndpoint({
      SubnetId: subnets[0],
    });
    const id = made?.InstanceConnectEndpointId ?? "";
    const listed = await ec2.describeInstanceConnectEndpoints({ InstanceConnectEndpointIds: [id] });
    assert.equal(listed.InstanceConnectEndpoints?.[0]?.State, "create-complete");
    assert.equal(listed.InstanceConnectEndpoints[0].VpcId, vpc);
    await ec2.deleteInstanceConnectEndpoint({ InstanceConnectEndpointId: id });
    await assert.rejects(
      ec2.describeInstanceConnectEndpoints({ InstanceConnectEndpointIds: [id] }),
      /does not exist/,
    );
  });

  it("keeps a launch template's own tags out of its versions", async () => {
    const ec2 = new EC2({});
    await ec2.createLaunchTemplate({
      LaunchTemplateName: "tagged",
      TagSpecifications: [{ ResourceType: "launch-template", Tags: [{ Key: "of", Value: "template" }] }],
      LaunchTemplateData: {
        TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "of", Value: "instance" }] }],
      },
    });
    const { LaunchTemplates } = await ec2.describeLaunchTemplates({ LaunchTemplateNames: ["tagged"] });
    assert.deepEqual(LaunchTemplates?.[0]?.Tags, [{ Key: "of", Value: "template" }]);
    const { LaunchTemplateVersions } = await ec2.describeLaunchTemplateVersions({
      LaunchTemplateName: "tagged",
    });
    assert.deepEqual(LaunchTemplateVersions?.[0]?.LaunchTemplateData?.TagSpecifications, [
      { ResourceType: "instance", Tags: [{ Key: "of", Value: "instance" }] },
    ]);
  });

  it("tells that a security group's rule is gone already when it is taken away again", async () => {
    const ec2 = new EC2({});
    const { GroupId } = await ec2.createSecurityGroup({
      GroupName: "rules",
      Description: "rules",
      VpcId: vpc,
    });
    const { SecurityGroupRules } = await ec2.authorizeSecurityGroupIngress({
      GroupId,
      IpPermissions: [
        { IpProtocol: "tcp", FromPort: 6443, ToPort: 6443, IpRanges: [{ CidrIp: "10.0.0.0/16" }] },
      ],
    });
    const rule = { GroupId, SecurityGroupRuleIds: [SecurityGroupRules?.[0]?.SecurityGroupRuleId ?? ""] };
    await ec2.revokeSecurityGroupIngress(rule);
    await assert.rejects(ec2.revokeSecurityGroupIngress(rule), {
      name: "InvalidSecurityGroupRuleId.NotFound",
    });
  });

  it("removes an instance's network interface with the instance", async () => {
    const ec2 = new EC2({});
    const { Instances: [instance] = [] } = await ec2.runInstances({
      MinCount: 1,
      MaxCount: 1,
      SubnetId: subnets[2],
    });
    await ec2.terminateInstances({ InstanceIds: [instance?.InstanceId ?? ""] });
    const { NetworkInterfaces } = await ec2.describeNetworkInterfaces({
      Filters: [{ Name: "subnet-id", Values: [subnets[2] ?? ""] }],
    });
    assert.deepEqual(NetworkInterfaces, []);
  });

  describe("an Auto Scaling group", () => {
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
});
