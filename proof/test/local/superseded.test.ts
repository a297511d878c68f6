import assert from "node:assert/strict";
import { runChore } from "../scripts/chore";
import { eventually, hooks, makeSubnets, TestGroup } from "./autoScalingGroup";
import { authorization, withLocalAws } from "./localAws";

describe("`superseded`, by what the local AWS says of the group", () => {
  const aws = withLocalAws(["--machines", "--time-scale", "0.01"]);

  /** Whether the script says so of an instance. */
  async function isSuperseded(group: TestGroup, id: string): Promise<boolean> {
    const body = new URLSearchParams({
      Action: "DescribeAutoScalingGroups",
      Version: "2011-01-01",
      "AutoScalingGroupNames.member.1": group.name,
    });
    const response = await fetch(aws.url, {
      method: "POST",
      body,
      headers: { Authorization: authorization("autoscaling") },
    });
    const { status, log } = runChore("superseded", [], {
      kubectl: {},
      aws: { "autoscaling Action=DescribeAutoScalingGroups *": await response.text() },
      files: { "/run/cluster/instance.env": `INSTANCE_ID=${id}\n` },
    });
    assert.deepEqual(log, []);
    return status === 0;
  }

  const patient = hooks.map((hook) => ({ ...hook, HeartbeatTimeout: 7200 })); // 72 s here

  async function changed(group: TestGroup, mixed: boolean): Promise<void> {
    await group.ec2.createLaunchTemplateVersion({
      LaunchTemplateName: group.name,
      LaunchTemplateData: { InstanceType: "t3.medium", UserData: "djI=" },
    });
    const template = { LaunchTemplateName: group.name, Version: "2" };
    await group.autoScaling.updateAutoScalingGroup({
      AutoScalingGroupName: group.name,
      ...(mixed ? { MixedInstancesPolicy: policy(template) } : { LaunchTemplate: template }),
    });
  }

  const policy = (LaunchTemplateSpecification: { LaunchTemplateName: string; Version: string }) => ({
    LaunchTemplate: { LaunchTemplateSpecification, Overrides: [{ InstanceType: "t3.large" }] },
  });

  for (const mixed of [false, true]) {
    it(`is true of the instances from before a change of a group of ${mixed ? "several types" : "one type"}`, async () => {
      const name = mixed ? "mixed" : "fixed";
      const group = await new TestGroup(name).create(await makeSubnets(), {
        LifecycleHookSpecificationList: patient,
        ...(mixed && {
          LaunchTemplate: undefined,
          MixedInstancesPolicy: policy({ LaunchTemplateName: name, Version: "1" }),
        }),
      });
      const [own] = await group.idsOnce("Pending:Wait", 3);
      assert.equal(await isSuperseded(group, own), false);
      await changed(group, mixed);
      assert.equal(await isSuperseded(group, own), true);
      await group.complete(own, "launch", "ABANDON");
      const replacement = await eventually("a new instance", async () => {
        const { instances } = await group.describe();
        return instances.find(({ version, state }) => version === "2" && state === "Pending:Wait");
      });
      assert.equal(await isSuperseded(group, replacement.id), false);
    });
  }
});
