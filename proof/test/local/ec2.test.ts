import { EC2 } from "@aws-sdk/client-ec2";
import assert from "node:assert/strict";
import { region, withLocalAws } from "./localAws";

describe("the local AWS does what EC2 does and moto does not", () => {
  withLocalAws();
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

  it("copies an image so that it boots, refuses a name twice, and launches no deregistered image", async () => {
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

  it("reports that a security group's rule is gone when it is revoked a second time", async () => {
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
});
