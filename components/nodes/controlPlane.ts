import * as pulumi from "@pulumi/pulumi";
import { controllerIgnition } from "../../ignition/controller";
import { NodeGroup } from "./nodeGroup";
import { controllerStatements } from "./nodePolicies";
import { nodeFacts, NodeGroupBaseArgs } from "./nodeGroupArgs";
import type { Architecture } from "../../plan/nodeImages";
import { controllerGroup } from "../../plan/names";
import { oneMoreThan } from "../../plan/rollout";
import { controllerConfigs } from "../../plan/nodeStoreKeys";

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
  /** Range of Services' addresses. */
  readonly serviceCidr: string;
  /** Issuer URL of service-account tokens. */
  readonly oidcIssuer: pulumi.Input<string>;
  /** Of the API's balancer. */
  readonly targetGroupArn: pulumi.Input<string>;
}

/**
 * The percentages at which one, two, … of `size` instances are replaced. They are rounded down: a checkpoint
 * is reached when at least its percentage is replaced
 * (https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-adding-checkpoints-instance-refresh.html).
 */
const shares = (size: number) => Array.from({ length: size }, (_, i) => Math.floor(((i + 1) * 100) / size));

/**
 * The controllers: each runs an etcd member and a Kubernetes control plane, and all are equal from the start.
 */
export class ControlPlane extends pulumi.ComponentResource {
  readonly nodes: NodeGroup;

  constructor(name: string, args: ControlPlaneArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm:index:ControlPlane", name, {}, opts);
    const { size, architecture, instanceType } = args;
    const cluster = pulumi.output(args.cluster);
    const group = cluster.apply((facts) => controllerGroup(facts.cluster));
    const configFolder = controllerConfigs;
    this.nodes = new NodeGroup(
      name,
      {
        ...args,
        group,
        configFolder,
        config: pulumi.all([cluster, group, args.oidcIssuer]).apply(([facts, group, oidcIssuer]) =>
          controllerIgnition({
            ...nodeFacts(facts, group, architecture),
            etcdVersion: args.etcdVersion,
            serviceCidr: args.serviceCidr,
            oidcIssuer,
          }),
        ),
        statements: pulumi
          .all([cluster, group])
          .apply(([facts, group]) =>
            controllerStatements({ ...facts, keyArn: args.keyArn, group, configFolder }),
          ),
        capacity: { kind: "fixed", instanceType },
        min: size,
        max: size,
        targetGroupArns: [args.targetGroupArn],
        // A pause after each new controller except the last. In it a person can stop a change that the hooks
        // have not stopped.
        instanceRefresh: {
          maxHealthyPercentage: oneMoreThan(size),
          checkpointPercentages: size === 1 ? undefined : shares(size),
        },
        // At most, draining pods takes one minute, stopping the apiserver two, and the member's leaving five.
        hookSeconds: { launch: 900, terminate: 600 },
        // When the whole cluster is deleted, there is no quorum that a member could leave in order.
        forceDelete: true,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
