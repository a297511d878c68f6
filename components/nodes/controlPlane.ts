import * as pulumi from "@pulumi/pulumi";
import { controllerIgnition } from "../../ignition/controller";
import { NodeGroup } from "./nodeGroup";
import { controllerStatements } from "./nodePolicies";
import { nodeFacts, NodeGroupBaseArgs } from "./nodeGroupArgs";
import type { Architecture } from "../../plan/nodeImages";
import { controllerGroup } from "../../plan/names";
import { oneMoreThan } from "../../plan/rollout";
import { controllerConfig } from "../../plan/nodeStoreKeys";

export interface ControlPlaneArgs extends NodeGroupBaseArgs {
  /** Controllers, each an etcd member. */
  readonly size: number;
  readonly instanceType: string;
  /** Of `instanceType`. */
  readonly architecture: Architecture;
  /** Root volume, GiB. */
  readonly diskGib: number;
  /** Without v. */
  readonly etcdVersion: string;
  /** Addresses of services. */
  readonly serviceCidr: string;
  /** Issuer URL of service-account tokens. */
  readonly oidcIssuer: pulumi.Input<string>;
  readonly snapshotIntervalMinutes: number;
  /** Of the API's balancer. */
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
    const { size, architecture, instanceType } = args;
    const cluster = pulumi.output(args.cluster);
    const group = cluster.apply((facts) => controllerGroup(facts.cluster));
    const configKey = controllerConfig;
    this.nodes = new NodeGroup(
      name,
      {
        ...args,
        group,
        configKey,
        config: pulumi.all([cluster, group, args.oidcIssuer]).apply(([facts, group, oidcIssuer]) =>
          controllerIgnition({
            ...nodeFacts(facts, group, architecture),
            etcdVersion: args.etcdVersion,
            serviceCidr: args.serviceCidr,
            oidcIssuer,
            snapshotIntervalMinutes: args.snapshotIntervalMinutes,
          }),
        ),
        statements: pulumi
          .all([cluster, group])
          .apply(([facts, group]) =>
            controllerStatements({ ...facts, keyArn: args.keyArn, group, configKey }),
          ),
        capacity: { kind: "fixed", instanceType },
        min: size,
        max: size,
        targetGroupArns: [args.targetGroupArn],
        // A pause after each new controller but the last, so that a person can stop what the hooks did not.
        instanceRefresh: {
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
