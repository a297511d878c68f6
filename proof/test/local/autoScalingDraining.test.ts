import { EC2 } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import assert from "node:assert/strict";
import { eventually, makeSubnets, TestGroup } from "./autoScalingGroup";
import { withLocalAws } from "./localAws";

const timeScale = 0.01;
const delaySeconds = 900;

/** A target group with that delay, and a group of three with it, in service. */
async function targetsAndGroup(name: string) {
  const subnets = await makeSubnets();
  const { Subnets = [] } = await new EC2({}).describeSubnets({ SubnetIds: subnets });
  const elb = new ElasticLoadBalancingV2({});
  const { TargetGroups = [] } = await elb.createTargetGroup({
    ...{ Name: name, Protocol: "TCP", Port: 6443 },
    VpcId: Subnets[0]?.VpcId,
  });
  const TargetGroupArn = TargetGroups[0]?.TargetGroupArn ?? "";
  await elb.modifyTargetGroupAttributes({
    TargetGroupArn,
    Attributes: [{ Key: "deregistration_delay.timeout_seconds", Value: String(delaySeconds) }],
  });
  const group = await new TestGroup(name).createInService(subnets, {
    TargetGroupARNs: [TargetGroupArn],
    ...{ MinSize: 2, DesiredCapacity: 3 },
  });
  const targets = async (...ids: string[]) => {
    const { TargetHealthDescriptions = [] } = await elb.describeTargetHealth({
      TargetGroupArn,
      ...(ids.length > 0 && { Targets: ids.map((Id) => ({ Id })) }),
    });
    return TargetHealthDescriptions.map(({ Target, TargetHealth }) => [Target?.Id, TargetHealth?.State]);
  };
  return { group, targets };
}

describe("an instance that terminates behind a load balancer", function () {
  this.timeout(60_000);
  withLocalAws(["--machines", "--time-scale", String(timeScale)]);

  it("drains first, as on AWS, and its terminate hook begins after that", async () => {
    const { group, targets } = await targetsAndGroup("draining");
    const [first = "", ...others] = await group.ids("InService");
    const began = Date.now();
    await group.autoScaling.terminateInstanceInAutoScalingGroup({
      InstanceId: first,
      ShouldDecrementDesiredCapacity: true,
    });
    assert.deepEqual(await group.ids("Terminating"), [first]);
    await assert.rejects(group.complete(first, "terminate"), /No active Lifecycle Action/);
    assert.deepEqual(await targets(), [...others.map((other) => [other, "healthy"]), [first, "draining"]]);
    const { Activities = [] } = await group.autoScaling.describeScalingActivities({
      AutoScalingGroupName: group.name,
    });
    const termination = Activities.find(({ Description }) => Description?.startsWith("Terminating"));
    assert.equal(termination?.StatusCode, "WaitingForELBConnectionDraining");
    assert.equal(await group.ec2State(first), "running");

    assert.deepEqual(await group.idsOnce("Terminating:Wait", 1), [first]);
    const waited = Date.now() - began;
    assert.ok(waited >= delaySeconds * timeScale * 1000, `drained within ${waited} ms`);
    assert.deepEqual(await targets(first), [[first, "unused"]]);
    await group.settle();
  });

  it("drains nothing where EC2 has ended it already", async () => {
    const { group } = await targetsAndGroup("crashed");
    const [first = ""] = await group.ids("InService");
    await group.ec2.terminateInstances({ InstanceIds: [first] });
    const began = Date.now();
    assert.deepEqual(await group.idsOnce("Terminating:Wait", 1), [first]);
    const waited = Date.now() - began;
    assert.ok(waited < delaySeconds * timeScale * 1000, `waited ${waited} ms`);
    await group.settle();
  });

  it("drains nothing where its launch is abandoned: it has never been a target", async () => {
    const { group, targets } = await targetsAndGroup("abandoned");
    await group.autoScaling.updateAutoScalingGroup({
      AutoScalingGroupName: group.name,
      MaxSize: 4,
      DesiredCapacity: 4,
    });
    const [fourth = ""] = await group.idsOnce("Pending:Wait", 1);
    await group.complete(fourth, "launch", "ABANDON");
    await eventually("it is in its hook", async () => (await group.ids("Terminating:Wait")).includes(fourth));
    assert.ok(!(await targets()).flat().includes(fourth));
    await group.settle();
  });
});
