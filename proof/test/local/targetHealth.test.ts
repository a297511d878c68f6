import { EC2 } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import assert from "node:assert/strict";
import { withLocalAws } from "./localAws";

describe("targets in the local AWS", () => {
  const aws = withLocalAws();
  let arn: string;
  let instance: string;

  before(async () => {
    const ec2 = new EC2({});
    const { Vpc } = await ec2.createVpc({ CidrBlock: "10.0.0.0/16" });
    const { Subnet } = await ec2.createSubnet({ VpcId: Vpc?.VpcId, CidrBlock: "10.0.0.0/24" });
    const { Images = [] } = await ec2.describeImages({ Owners: ["075585003325"] });
    const { Instances = [] } = await ec2.runInstances({
      ...{ ImageId: Images[0]?.ImageId, MinCount: 1, MaxCount: 1, SubnetId: Subnet?.SubnetId },
    });
    instance = Instances[0]?.InstanceId ?? "";
    const elb = new ElasticLoadBalancingV2({});
    const { TargetGroups = [] } = await elb.createTargetGroup({
      ...{ Name: "api", Protocol: "TCP", Port: 6443, VpcId: Vpc?.VpcId },
    });
    arn = TargetGroups[0]?.TargetGroupArn ?? "";
    await elb.registerTargets({ TargetGroupArn: arn, Targets: [{ Id: instance }] });
  });

  const put = (health: unknown) =>
    fetch(`${aws.url}/local-aws/target-health`, { method: "PUT", body: JSON.stringify(health) });
  const health = async () => {
    const found = await new ElasticLoadBalancingV2({}).describeTargetHealth({ TargetGroupArn: arn });
    const { State, Reason } = found.TargetHealthDescriptions?.[0]?.TargetHealth ?? {};
    return [State, Reason];
  };

  it("are healthy if nobody checks them", async () => {
    assert.deepEqual(await health(), ["healthy", undefined]);
  });

  it("are initial until somebody has checked them, and then have the result", async () => {
    await put({ [arn]: {} });
    assert.deepEqual(await health(), ["initial", "Elb.InitialHealthChecking"]);
    await put({ [arn]: { [instance]: { state: "unhealthy", reason: "Target.FailedHealthChecks" } } });
    assert.deepEqual(await health(), ["unhealthy", "Target.FailedHealthChecks"]);
    await put({ [arn]: { [instance]: { state: "healthy" } } });
    assert.deepEqual(await health(), ["healthy", undefined]);
  });

  it("are never in an unknown state", async () => {
    const answer = await put({ [arn]: { [instance]: { state: "well" } } });
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /state is 'well', not one of initial, healthy, unhealthy/);
  });
});
