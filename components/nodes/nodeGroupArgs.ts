import type * as pulumi from "@pulumi/pulumi";
import type { NodeFacts } from "../../ignition/node";
import type { WorkerFacts } from "../../ignition/worker";
import type { Architecture } from "../../plan/nodeImages";
import type { ClusterScope } from "../../plan/names";

/**
 * A cluster's description for its nodes, and for their roles' statements. All values are plain and known
 * before anything exists. It is the cluster's output `clusterFacts`, so another stack can make a pool from
 * it.
 */
export interface ClusterFacts
  extends ClusterScope, Omit<NodeFacts, "cluster" | "region" | "group" | "architecture"> {
  readonly cloudProvider: WorkerFacts["cloudProvider"];
}

/** Arguments that the control plane and every worker pool share. */
export interface NodeGroupBaseArgs {
  /** The cluster of the nodes. */
  readonly cluster: pulumi.Input<ClusterFacts>;
  /** ARN of the node store's KMS key. */
  readonly keyArn: pulumi.Input<string>;
  /** The nodes' subnets, one for each zone. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly imageId: pulumi.Input<string>;
  readonly securityGroupId: pulumi.Input<string>;
  /**
   * Resources that protect the node store. They must exist before the nodes' configuration is put into it.
   * @default another stack has made them
   */
  readonly store?: readonly pulumi.Resource[];
  /**
   * Resources that a booting node needs. They exist before the first instance, and until after the last.
   * @default another stack has made them
   */
  readonly after?: readonly pulumi.Resource[];
}

/** The cluster's part in the Ignition configuration of every node of `group`. */
export const nodeFacts = (cluster: ClusterFacts, group: string, architecture: Architecture): NodeFacts => ({
  ...cluster,
  group,
  architecture,
});
