import {
  AutoScaling,
  type CreateAutoScalingGroupCommandInput,
  type LifecycleHookSpecification,
} from "@aws-sdk/client-auto-scaling";
import { EC2, type RequestLaunchTemplateData } from "@aws-sdk/client-ec2";
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { region } from "./localAws";

const patienceSeconds = 20;

/** Waits until `look` finds something, and returns it. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  for (const end = Date.now() + patienceSeconds * 1000; Date.now() < end; await sleep(50)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
  }
  return assert.fail(`not within ${patienceSeconds} s: ${what}`);
}

/** The hooks that the product's groups have; a launch may take 15 minutes, a termination 10. */
export const hooks: LifecycleHookSpecification[] = [
  {
    LifecycleHookName: "launch",
    LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
    DefaultResult: "ABANDON",
    HeartbeatTimeout: 900,
  },
  {
    LifecycleHookName: "terminate",
    LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
    DefaultResult: "CONTINUE",
    HeartbeatTimeout: 600,
  },
];

/** A subnet in each of three zones. */
export async function makeSubnets(): Promise<string[]> {
  const ec2 = new EC2({});
  const vpc = await ec2.createVpc({ CidrBlock: "10.0.0.0/16" });
  const made = ["a", "b", "c"].map((zone, index) =>
    ec2.createSubnet({
      VpcId: vpc.Vpc?.VpcId,
      CidrBlock: `10.0.${index}.0/24`,
      AvailabilityZone: `${region}${zone}`,
    }),
  );
  return (await Promise.all(made)).map(({ Subnet }) => Subnet?.SubnetId ?? "");
}

/**
 * An Auto Scaling group for the tests. Its launch template has its name; the test plays each of its
 * instances.
 */
export class TestGroup {
  readonly autoScaling = new AutoScaling({});
  readonly ec2 = new EC2({});

  constructor(readonly name: string) {}

  /** Makes launch template and group, with three instances in three zones by default. */
  async create(subnets: string[], more: Partial<CreateAutoScalingGroupCommandInput> = {}): Promise<this> {
    await this.ec2.createLaunchTemplate({
      LaunchTemplateName: this.name,
      LaunchTemplateData: { InstanceType: "t3.medium", UserData: "djE=" },
    });
    await this.autoScaling.createAutoScalingGroup({
      AutoScalingGroupName: this.name,
      MinSize: 3,
      MaxSize: 3,
      VPCZoneIdentifier: subnets.join(","),
      LaunchTemplate: { LaunchTemplateName: this.name, Version: "1" },
      TerminationPolicies: ["OldestLaunchTemplate", "OldestInstance"],
      LifecycleHookSpecificationList: hooks,
      ...more,
    });
    return this;
  }

  /** The same, with all of its instances in service. */
  async createInService(
    subnets: string[],
    more: Partial<CreateAutoScalingGroupCommandInput> = {},
  ): Promise<this> {
    await this.create(subnets, more);
    await this.settle();
    return this;
  }

  /** Gives the launch template another version, and the group that version. */
  async launches(data: RequestLaunchTemplateData): Promise<void> {
    const { LaunchTemplateVersion } = await this.ec2.createLaunchTemplateVersion({
      LaunchTemplateName: this.name,
      LaunchTemplateData: data,
    });
    const Version = String(LaunchTemplateVersion?.VersionNumber);
    await this.autoScaling.updateAutoScalingGroup({
      AutoScalingGroupName: this.name,
      LaunchTemplate: { LaunchTemplateName: this.name, Version },
    });
  }

  /** Lets every launch and termination succeed until all instances are in service, as many as wanted. */
  async settle(): Promise<void> {
    await eventually(`all of ${this.name} in service`, async () => {
      await this.completeAll();
      const { desired, instances } = await this.describe();
      return instances.length === desired && instances.every(({ state }) => state === "InService");
    });
  }

  async completeAll(): Promise<void> {
    const { instances } = await this.describe();
    for (const { id, state } of instances) {
      if (state === "Pending:Wait") await this.complete(id, "launch");
      if (state === "Terminating:Wait") await this.complete(id, "terminate");
    }
  }

  async describe() {
    const { AutoScalingGroups: [group] = [] } = await this.autoScaling.describeAutoScalingGroups({
      AutoScalingGroupNames: [this.name],
    });
    return {
      arn: group?.AutoScalingGroupARN,
      desired: group?.DesiredCapacity,
      instances: (group?.Instances ?? []).map((instance) => ({
        id: instance.InstanceId ?? "",
        state: instance.LifecycleState ?? "",
        health: instance.HealthStatus,
        zone: instance.AvailabilityZone ?? "",
        version: instance.LaunchTemplate?.Version,
      })),
    };
  }

  /** The ids of the instances in a state, the oldest first. */
  async ids(state: string): Promise<string[]> {
    const { instances } = await this.describe();
    return instances.filter((instance) => instance.state === state).map(({ id }) => id);
  }

  /** Waits until so many instances are in a state, and returns their ids. */
  async idsOnce(state: string, count: number): Promise<string[]> {
    return eventually(`${count} of ${this.name} ${state}`, async () => {
      const ids = await this.ids(state);
      return ids.length === count && ids;
    });
  }

  async complete(id: string, hook: "launch" | "terminate", result = "CONTINUE"): Promise<void> {
    await this.autoScaling.completeLifecycleAction({
      AutoScalingGroupName: this.name,
      LifecycleHookName: hook,
      InstanceId: id,
      LifecycleActionResult: result,
    });
  }

  async ec2State(id: string): Promise<string | undefined> {
    const { Reservations } = await this.ec2.describeInstances({ InstanceIds: [id] });
    return Reservations?.[0]?.Instances?.[0]?.State?.Name;
  }
}
