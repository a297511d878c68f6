import * as pulumi from "@pulumi/pulumi";
import { wantedAddons } from "../../addons/addons";
import { workerIgnition } from "../../ignition/worker";
import type { WorkerPoolSettings } from "../../settings";
import { autoscalerTags } from "../../plan/autoscalerTags";
import { NodeGroup } from "./nodeGroup";
import { workerStatements } from "./nodePolicies";
import { nodeFacts, NodesArgs } from "./nodesArgs";
import { poolPercentage } from "../../plan/rollout";
import { poolConfig } from "../../plan/nodeStoreKeys";

export interface WorkerPoolArgs extends NodesArgs {
  /** Name of the pool. */
  readonly pool: string;
  readonly poolSettings: WorkerPoolSettings;
}

/** Worker nodes of one kind. Everything it is made of is its own, so pools come, change and go one by one. */
export class WorkerPool extends pulumi.ComponentResource {
  readonly nodes: NodeGroup;

  constructor(name: string, args: WorkerPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm:index:WorkerPool", name, {}, opts);
    const { pool, poolSettings, settings, facts } = args;
    const group = `${settings.name}-pool-${pool}`;
    const addons = wantedAddons(settings);
    this.nodes = new NodeGroup(
      name,
      {
        facts,
        subnetIds: args.subnetIds,
        group,
        configKey: poolConfig(pool),
        config: workerIgnition({
          ...nodeFacts(args, group, poolSettings.architecture),
          pool,
          cloudProvider: addons.includes("aws-cloud-controller-manager") ? "aws" : "other",
          labels: poolSettings.labels,
          taints: poolSettings.taints,
          kubelet: poolSettings.kubelet,
        }),
        statements: workerStatements,
        imageId: args.imageId,
        after: args.after,
        capacity: {
          kind: "mixed",
          instanceTypes: poolSettings.instanceTypes,
          spotPercent: poolSettings.spotPercent,
        },
        diskGib: poolSettings.diskGib,
        min: poolSettings.min,
        max: poolSettings.max,
        securityGroupId: args.securityGroupId,
        replacement: { maxHealthyPercentage: poolPercentage(poolSettings) },
        hookSeconds: { launch: 900, terminate: 900 },
        // Pods are drained by the controllers first, which outlive every pool.
        forceDelete: false,
        tags: autoscalerTags(settings.name, pool, poolSettings),
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
