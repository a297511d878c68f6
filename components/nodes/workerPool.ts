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
import { poolConfigs } from "../../plan/nodeStoreKeys";

export interface WorkerPoolArgs extends NodeGroupBaseArgs {
  /** Name of the pool, unique in the cluster. */
  readonly pool: string;
  readonly settings: WorkerPoolSettings;
}

/**
 * Worker nodes of one kind. A pool shares no resource with other pools, so pools can be added, changed and
 * removed one by one.
 */
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
    const configFolder = poolConfigs(pool);
    this.nodes = new NodeGroup(
      name,
      {
        ...args,
        group,
        configFolder,
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
          .apply(([facts, group]) =>
            workerStatements({ ...facts, keyArn: args.keyArn, group, configFolder }),
          ),
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
        // Controllers drain a leaving worker's pods first, and controllers outlive every pool.
        forceDelete: false,
        tags: cluster.apply((facts) => autoscalerTags(facts.cluster, pool, settings)),
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
