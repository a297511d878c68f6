import * as pulumi from "@pulumi/pulumi";
import { workerIgnition } from "../../ignition/worker";
import type { WorkerPoolSettings } from "../../settings";
import { autoscalerTags } from "../../plan/autoscalerTags";
import { NodeGroup } from "./nodeGroup";
import { workerStatements } from "./nodePolicies";
import { nodeFacts, NodeGroupBaseArgs } from "./nodeGroupArgs";
import { requirePlain } from "../plainArgs";
import { poolGroup } from "../../plan/names";
import { poolPercentage } from "../../plan/rollout";
import { poolConfig } from "../../plan/nodeStoreKeys";

export interface WorkerPoolArgs extends NodeGroupBaseArgs {
  /** Name of the pool; no other pool of the cluster has it. */
  readonly pool: string;
  readonly settings: WorkerPoolSettings;
}

/** Worker nodes of one kind. Everything it is made of is its own, so pools come, change and go one by one. */
export class WorkerPool extends pulumi.ComponentResource {
  readonly nodes: NodeGroup;

  constructor(name: string, args: WorkerPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm:index:WorkerPool", name, {}, opts);
    requirePlain(this, name, args, {
      plain: ["pool", "settings"],
      inputs: ["cluster", "keyArn", "subnetIds", "imageId", "securityGroupId"],
    });
    const { pool, settings } = args;
    const cluster = pulumi.output(args.cluster);
    const group = cluster.apply((facts) => poolGroup(facts.cluster, pool));
    const configKey = poolConfig(pool);
    this.nodes = new NodeGroup(
      name,
      {
        ...args,
        group,
        configKey,
        config: pulumi.all([cluster, group]).apply(([facts, group]) =>
          workerIgnition({
            ...nodeFacts(facts, group, settings.architecture),
            pool,
            cloudProvider: facts.cloudProvider,
            labels: settings.labels,
            taints: settings.taints,
            kubelet: settings.kubelet,
          }),
        ),
        statements: pulumi
          .all([cluster, group])
          .apply(([facts, group]) => workerStatements({ ...facts, keyArn: args.keyArn, group, configKey })),
        capacity: {
          kind: "mixed",
          instanceTypes: settings.instanceTypes,
          spotPercent: settings.spotPercent,
        },
        diskGib: settings.diskGib,
        min: settings.min,
        max: settings.max,
        instanceRefresh: { maxHealthyPercentage: poolPercentage(settings) },
        hookSeconds: { launch: 900, terminate: 900 },
        // Pods are drained by the controllers first, which outlive every pool.
        forceDelete: false,
        tags: cluster.apply((facts) => autoscalerTags(facts.cluster, pool, settings)),
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
