import * as pulumi from "@pulumi/pulumi";
import { controllerIgnition } from "../../ignition/controller";
import { NodeGroup } from "./nodeGroup";
import { controllerStatements } from "./nodePolicies";
import { nodeFacts, NodesArgs } from "./nodesArgs";
import { oneMoreThan } from "../../plan/rollout";
import { controllerConfig } from "../../plan/nodeStoreKeys";

export interface ControlPlaneArgs extends NodesArgs {
  readonly targetGroupArn: pulumi.Input<string>;
}

/**
 * The percentages at which one, two, … of `size` are done; rounded down, as a checkpoint is reached when no less is done
 * (https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-adding-checkpoints-instance-refresh.html).
 */
const shares = (size: number) => Array.from({ length: size }, (_, i) => Math.floor(((i + 1) * 100) / size));

/** The controllers: each runs an etcd member and a Kubernetes control plane, and none of them is the first. */
export class ControlPlane extends pulumi.ComponentResource {
  readonly nodes: NodeGroup;

  constructor(name: string, args: ControlPlaneArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm:index:ControlPlane", name, {}, opts);
    const { settings, names, facts } = args;
    const { size, architecture, instanceType, diskGib } = settings.controlPlane;
    this.nodes = new NodeGroup(
      name,
      {
        facts,
        subnetIds: args.subnetIds,
        group: names.controllers,
        configKey: controllerConfig,
        config: controllerIgnition({
          ...nodeFacts(args, names.controllers, architecture),
          etcdVersion: settings.versions.etcd,
          serviceCidr: settings.serviceCidr,
          oidcIssuer: names.issuer,
          snapshotIntervalMinutes: settings.snapshots.intervalMinutes,
        }),
        statements: controllerStatements,
        imageId: args.imageId,
        after: args.after,
        capacity: { kind: "fixed", instanceType },
        diskGib,
        min: size,
        max: size,
        securityGroupId: args.securityGroupId,
        targetGroupArns: [args.targetGroupArn],
        // A pause after each new controller but the last, so that a person can stop what the hooks did not.
        replacement: {
          maxHealthyPercentage: oneMoreThan(size),
          checkpointPercentages: size === 1 ? undefined : shares(size),
        },
        // Pods go in one minute, the apiserver stops in two and the member leaves in five, all at most.
        hookSeconds: { launch: 900, terminate: 600 },
        // With the cluster itself going there is no quorum to leave in order.
        forceDelete: true,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
