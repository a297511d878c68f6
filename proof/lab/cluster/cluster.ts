import {
  AutoScalingClient,
  CompleteLifecycleActionCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  type AutoScalingGroup,
  type InstanceRefresh,
} from "@aws-sdk/client-auto-scaling";
import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { EC2Client, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import type { ConfigMap, Stack } from "@pulumi/pulumi/automation";
import { observer } from "../../local/aws/environment";
import { clusterOutputs, type ClusterOutputs } from "../../local/cluster";
import { until } from "../until";
import { openStackOnLocalAws, operate, type Run } from "../../local/run";

/** An instance as Auto Scaling sees it. */
export interface GroupInstance {
  readonly id: string;
  /** Name of its Auto Scaling group. */
  readonly group: string;
  /** Such as `Pending:Wait` or `InService`. */
  readonly lifecycleState: string;
  /** Number of the launch template's version that it was launched from. */
  readonly templateVersion: string;
}

/** The lab's stack, and its resources in the local AWS. */
export class Cluster {
  private readonly autoScaling = new AutoScalingClient(observer);
  private readonly ec2 = new EC2Client(observer);
  /** Ids of instances that have vanished. */
  private readonly lost = new Set<string>();

  private constructor(
    private readonly run: Run,
    private readonly stack: Stack,
    private known: ClusterOutputs,
  ) {}

  /** The stack's outputs after the last `up`. */
  get outputs(): ClusterOutputs {
    return this.known;
  }

  /** Deploys the stack for the first time. `settings` are values by path below the project's namespace. */
  static async deploy(run: Run, settings: Record<string, string>): Promise<Cluster> {
    const stack = await openStackOnLocalAws(run);
    await configure(stack, settings);
    await operate(run, "up", stack);
    return new Cluster(run, stack, await clusterOutputs(stack));
  }

  /** `pulumi config set` for each path, then `pulumi up`, which replaces the URNs in `replace`. */
  async up(settings: Record<string, string>, replace: readonly string[] = []): Promise<void> {
    await configure(this.stack, settings);
    await operate(this.run, "up", this.stack, replace);
    this.known = await clusterOutputs(this.stack);
  }

  /** `pulumi config rm --path` of a setting, then `pulumi up`. */
  async forget(setting: string): Promise<void> {
    await this.stack.removeConfig(`pulumi-kubeadm:${setting}`, true);
    await operate(this.run, "up", this.stack);
  }

  /** `pulumi stack output <name> --show-secrets`. */
  async secretOutput(name: string): Promise<string> {
    const value: unknown = (await this.stack.outputs())[name]?.value;
    if (typeof value !== "string") throw new Error(`the stack has no text as its output ${name}`);
    return value;
  }

  /** `pulumi destroy`. */
  async destroy(): Promise<void> {
    await operate(this.run, "destroy", this.stack);
  }

  /** URNs of the stack's resources that match. */
  async urns(matches: (urn: string) => boolean): Promise<string[]> {
    const { deployment } = (await this.stack.exportStack()) as {
      deployment: { resources: { urn: string }[] };
    };
    return deployment.resources.map(({ urn }) => urn).filter(matches);
  }

  /** The stack's outputs now. */
  async currentOutputs(): Promise<ClusterOutputs> {
    return clusterOutputs(this.stack);
  }

  /** The controllers' instances, in any state. */
  async controllers(): Promise<GroupInstance[]> {
    return instancesOf(await this.groups([this.outputs.controllerGroupName]));
  }

  /** The instances of the worker pools, in any state. */
  async workers(): Promise<GroupInstance[]> {
    const pools = Object.values(this.outputs.poolGroupNames);
    return pools.length === 0 ? [] : instancesOf(await this.groups(pools));
  }

  private async groups(names: readonly string[]): Promise<AutoScalingGroup[]> {
    const { AutoScalingGroups = [] } = await this.autoScaling.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [...names] }),
    );
    return AutoScalingGroups;
  }

  private async group(): Promise<AutoScalingGroup | undefined> {
    return (await this.groups([this.outputs.controllerGroupName]))[0];
  }

  /** States of the API's targets, such as `healthy`. */
  async targetStates(): Promise<string[]> {
    const states: string[] = [];
    for (const TargetGroupArn of (await this.group())?.TargetGroupARNs ?? []) {
      const found = await new ElasticLoadBalancingV2Client({}).send(
        new DescribeTargetHealthCommand({ TargetGroupArn }),
      );
      states.push(
        ...(found.TargetHealthDescriptions ?? []).map(({ TargetHealth }) => TargetHealth?.State ?? ""),
      );
    }
    return states;
  }

  /** How many controllers the group wants; undefined once it is deleted. */
  async size(): Promise<number | undefined> {
    return (await this.group())?.DesiredCapacity;
  }

  /** Waits until the groups have launched this many instances beside the old ones. */
  async launched(count: number, old: ReadonlySet<string>): Promise<void> {
    await until(`${count} new instances are launched`, 120, async () => {
      const all = [...(await this.controllers()), ...(await this.workers())];
      const launched = all.filter(({ id }) => !old.has(id));
      return launched.length === count || `${launched.length} are`;
    });
  }

  /**
   * Waits until all instances that the groups want are in service, and their refreshes have ended. The groups need not
   * wait for the terminate hooks of vanished instances.
   */
  async settled(seconds: number): Promise<void> {
    await until("all instances are in service", seconds, async () => {
      const groups = await this.groups(this.groupNames);
      const instances = instancesOf(groups);
      await this.letGo(
        instances.filter(
          ({ id, lifecycleState }) => this.lost.has(id) && lifecycleState === "Terminating:Wait",
        ),
      );
      const states = instances.map(({ id, lifecycleState }) => `${id} ${lifecycleState}`);
      const refreshing = (await this.newestRefreshes()).filter(({ Status = "" }) =>
        ["Pending", "InProgress", "Cancelling"].includes(Status),
      );
      const right =
        groups.every(({ Instances = [], DesiredCapacity }) => Instances.length === DesiredCapacity) &&
        states.every((state) => state.endsWith(" InService"));
      return (
        (right && refreshing.length === 0) || [states.join(", "), ...refreshing.map(refreshText)].join("; ")
      );
    });
  }

  /** Instance refreshes of the controllers' group, or of another one, the newest first. */
  async refreshes(AutoScalingGroupName = this.outputs.controllerGroupName): Promise<InstanceRefresh[]> {
    const { InstanceRefreshes = [] } = await this.autoScaling.send(
      new DescribeInstanceRefreshesCommand({ AutoScalingGroupName }),
    );
    return InstanceRefreshes;
  }

  /** The newest refresh of each group that has ever had one, pools included. */
  async newestRefreshes(): Promise<InstanceRefresh[]> {
    const refreshes = await Promise.all(this.groupNames.map((name) => this.refreshes(name)));
    return refreshes.flatMap(([newest]) => newest ?? []);
  }

  private get groupNames(): string[] {
    return [this.outputs.controllerGroupName, ...Object.values(this.outputs.poolGroupNames)];
  }

  /** Ends instances without Auto Scaling, like a failing host: no hook, no notice, and the disks are lost. */
  async vanish(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.lost.add(id);
    await this.ec2.send(new TerminateInstancesCommand({ InstanceIds: [...ids] }));
  }

  /**
   * The group need not wait for lost instances: they would never complete a terminate hook before its
   * time-out.
   */
  async letGo(instances: readonly GroupInstance[]): Promise<void> {
    for (const { id: InstanceId, group: AutoScalingGroupName } of instances) {
      await this.autoScaling
        .send(
          new CompleteLifecycleActionCommand({
            AutoScalingGroupName,
            LifecycleHookName: "terminate",
            LifecycleActionResult: "CONTINUE",
            InstanceId,
          }),
        )
        .catch((error: Error) => {
          if (!error.message.includes("No active Lifecycle Action")) throw error;
        });
    }
  }
}

/** For example `the refresh of lab-controllers is Failed: no instance could be replaced`. */
export const refreshText = ({ AutoScalingGroupName, Status, StatusReason }: InstanceRefresh): string =>
  `the refresh of ${AutoScalingGroupName} is ${Status}${StatusReason === undefined ? "" : `: ${StatusReason}`}`;

const instancesOf = (groups: readonly AutoScalingGroup[]): GroupInstance[] =>
  groups.flatMap(({ AutoScalingGroupName = "", Instances = [] }) =>
    Instances.map((instance) => ({
      id: instance.InstanceId ?? "",
      group: AutoScalingGroupName,
      lifecycleState: instance.LifecycleState ?? "",
      templateVersion: instance.LaunchTemplate?.Version ?? "",
    })),
  );

async function configure(stack: Stack, settings: Record<string, string>): Promise<void> {
  const values: ConfigMap = {};
  for (const [path, value] of Object.entries(settings)) values[`pulumi-kubeadm:${path}`] = { value };
  await stack.setAllConfig(values, true);
}
