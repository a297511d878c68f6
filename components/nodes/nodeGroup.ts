import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { pointerUserData } from "../../ignition/pointer";
import { type Capacity, firmwareSeconds } from "./capacity";
import { ownedTags } from "../../plan/names";
import type { NodeGroupBaseArgs } from "./nodeGroupArgs";

/** How instances are replaced, always new before old. */
export interface InstanceRefresh {
  /** Percent of the group's size that may run during a refresh, 101 to 200. */
  readonly maxHealthyPercentage: number;
  /** Percentages of a refresh to pause at. @default none */
  readonly checkpointPercentages?: readonly number[];
}

export interface NodeGroupArgs extends Omit<NodeGroupBaseArgs, "keyArn"> {
  /** Name of the Auto Scaling group and its launch template; with the region, of its role and instance profile. */
  readonly group: pulumi.Input<string>;
  /** Key of the Ignition configuration in the node store. */
  readonly configKey: string;
  /** Ignition configuration. */
  readonly config: pulumi.Input<string>;
  /** What the nodes may do. */
  readonly statements: pulumi.Input<aws.iam.PolicyStatement[]>;
  readonly capacity: Capacity;
  readonly diskGib: number;
  readonly min: number;
  readonly max: number;
  readonly targetGroupArns?: pulumi.Input<string>[];
  readonly instanceRefresh: InstanceRefresh;
  /** Seconds a new instance has to report itself ready once its firmware is through, and an old one to leave. */
  readonly hookSeconds: { readonly launch: number; readonly terminate: number };
  /** Delete the group with all its instances at once, instead of waiting for each to leave. */
  readonly forceDelete: boolean;
  /** Tags of the group beside the cluster's own; instances do not get them, so a change replaces none. @default none */
  readonly tags?: pulumi.Input<Record<string, string>>;
}

/** An Auto Scaling group of equal nodes: their role, their configuration, their launch template. */
export class NodeGroup extends pulumi.ComponentResource {
  readonly groupName: pulumi.Output<string>;
  readonly roleArn: pulumi.Output<string>;
  readonly roleName: pulumi.Output<string>;
  /** Tags of all that the group is made of. */
  private readonly tags: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: NodeGroupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm:index:NodeGroup", name, {}, opts);
    this.tags = pulumi
      .all([args.cluster, args.group])
      .apply(([{ cluster }, group]) => ownedTags(cluster, group));
    const { role, profile, policy } = this.identity(name, args);
    const template = this.launchTemplate(name, args, profile);
    const group = this.autoScalingGroup(name, args, template, policy);
    this.groupName = group.name;
    this.roleArn = role.arn;
    this.roleName = role.name;
    this.registerOutputs({ groupName: this.groupName, roleArn: this.roleArn, roleName: this.roleName });
  }

  private identity(name: string, { cluster, group, statements }: NodeGroupArgs) {
    const tags = this.tags;
    // IAM knows no regions.
    const roleName = pulumi.all([cluster, group]).apply(([{ region }, group]) => `${group}-${region}`);
    const role = new aws.iam.Role(
      name,
      {
        name: roleName,
        assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "ec2.amazonaws.com" }),
        tags,
      },
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      name,
      {
        name: "node",
        role: role.name,
        policy: { Version: "2012-10-17", Statement: statements },
      },
      { parent: this },
    );
    const profile = new aws.iam.InstanceProfile(
      name,
      { name: roleName, role: role.name, tags },
      { parent: this },
    );
    return { role, profile, policy };
  }

  private launchTemplate(name: string, args: NodeGroupArgs, profile: aws.iam.InstanceProfile) {
    const { group, configKey, capacity } = args;
    const bucket = pulumi.output(args.cluster).apply((facts) => facts.bucket);
    const object = new aws.s3.BucketObjectv2(
      `${name}-config`,
      { bucket, key: configKey, content: args.config, contentType: "application/json" },
      { parent: this, dependsOn: [...(args.store ?? [])] },
    );
    const userData = pulumi
      .all([bucket, object.versionId, args.config])
      .apply(([bucket, versionId, config]) => {
        const sha512 = createHash("sha512").update(config).digest("hex");
        return Buffer.from(pointerUserData({ bucket, key: configKey, versionId, sha512 })).toString("base64");
      });
    const tags = this.tags;
    return new aws.ec2.LaunchTemplate(
      name,
      {
        name: group,
        imageId: args.imageId,
        instanceType: capacity.kind === "fixed" ? capacity.instanceType : capacity.instanceTypes[0],
        iamInstanceProfile: { arn: profile.arn },
        vpcSecurityGroupIds: [args.securityGroupId],
        userData,
        updateDefaultVersion: true,
        // One hop ends at the node: pods never reach the instance's credentials.
        metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
        blockDeviceMappings: [
          {
            deviceName: "/dev/xvda",
            ebs: {
              volumeType: "gp3",
              volumeSize: args.diskGib,
              encrypted: "true",
              deleteOnTermination: "true",
            },
          },
        ],
        tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
          resourceType,
          tags,
        })),
        tags,
      },
      { parent: this },
    );
  }

  private autoScalingGroup(
    name: string,
    args: NodeGroupArgs,
    template: aws.ec2.LaunchTemplate,
    policy: aws.iam.RolePolicy,
  ) {
    const { group, instanceRefresh } = args;
    const healthy = { minHealthyPercentage: 100, maxHealthyPercentage: instanceRefresh.maxHealthyPercentage };
    const checkpoints = instanceRefresh.checkpointPercentages;
    const firmware = firmwareSeconds(args.capacity);
    const launchSeconds = args.hookSeconds.launch + firmware;
    const made = new aws.autoscaling.Group(
      name,
      {
        name: group,
        minSize: args.min,
        maxSize: args.max,
        vpcZoneIdentifiers: args.subnetIds,
        targetGroupArns: args.targetGroupArns,
        ...launches(args.capacity, template),
        // EC2's checks only: a balancer's check could fail for all controllers at once, and replace them all.
        healthCheckType: "EC2",
        // Rebalancing terminates a healthy member whenever zones differ.
        suspendedProcesses: ["AZRebalance"],
        terminationPolicies: ["OldestLaunchTemplate", "OldestInstance"],
        initialLifecycleHooks: [
          {
            name: "launch",
            lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
            defaultResult: "ABANDON",
            heartbeatTimeout: launchSeconds,
          },
          {
            name: "terminate",
            lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
            defaultResult: "CONTINUE",
            heartbeatTimeout: args.hookSeconds.terminate,
          },
        ],
        instanceMaintenancePolicy: healthy,
        instanceRefresh: {
          strategy: "Rolling",
          preferences: {
            ...healthy,
            skipMatching: true,
            instanceWarmup: "0", // the launch hook has waited for health already
            ...(checkpoints && { checkpointPercentages: [...checkpoints], checkpointDelay: "300" }),
          },
        },
        // `up` returns when the group is right; whether its nodes are, the launch hook decides.
        waitForCapacityTimeout: "0",
        forceDelete: args.forceDelete,
        tags: pulumi.all([this.tags, args.tags ?? {}]).apply((all) =>
          Object.entries(Object.assign({}, ...all) as Record<string, string>).map(([key, value]) => ({
            key,
            value,
            propagateAtLaunch: false, // the launch template tags instances, and their volumes with them
          })),
        ),
      },
      {
        parent: this,
        dependsOn: [policy, ...(args.after ?? [])],
        customTimeouts: { delete: "30m" },
        // They are settled when the group is made; a change would replace it, and with it all its nodes at once.
        ignoreChanges: ["initialLifecycleHooks"],
      },
    );
    if (firmware > 0) {
      // A group that was there before its bare metal has a shorter hook: this gives it another time. It goes with the group.
      new aws.autoscaling.LifecycleHook(
        name,
        {
          name: "launch",
          autoscalingGroupName: made.name,
          lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
          defaultResult: "ABANDON",
          heartbeatTimeout: launchSeconds,
        },
        { parent: this, retainOnDelete: true },
      );
    }
    return made;
  }
}

function launches(capacity: Capacity, template: aws.ec2.LaunchTemplate): Partial<aws.autoscaling.GroupArgs> {
  // A number, because "$Latest" stays the same text and would never start a refresh.
  const version = template.latestVersion.apply(String);
  if (capacity.kind === "fixed") return { launchTemplate: { id: template.id, version } };
  return {
    capacityRebalance: capacity.spotPercent > 0,
    mixedInstancesPolicy: {
      instancesDistribution: {
        onDemandBaseCapacity: 0,
        onDemandPercentageAboveBaseCapacity: 100 - capacity.spotPercent,
        spotAllocationStrategy: "price-capacity-optimized",
      },
      launchTemplate: {
        launchTemplateSpecification: { launchTemplateId: template.id, version },
        overrides: capacity.instanceTypes.map((instanceType) => ({ instanceType })),
      },
    },
  };
}
