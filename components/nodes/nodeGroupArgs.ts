import type * as pulumi from "@pulumi/pulumi";
import type { NodeFacts } from "../../ignition/node";
import type { WorkerFacts } from "../../ignition/worker";
import type { Architecture } from "../../plan/nodeImages";
import type { ClusterScope } from "../../plan/names";

/**
 * What all nodes of a cluster know of it, and what their roles' statements name: plain values, known before anything is there.
 * It is the cluster's output `clusterFacts`, so a pool of another stack is made of the same.
 */
export interface ClusterFacts
  extends ClusterScope, Omit<NodeFacts, "cluster" | "region" | "group" | "architecture"> {
  readonly cloudProvider: WorkerFacts["cloudProvider"];
}

/** What the control plane and every worker pool are told alike. */
export interface NodeGroupBaseArgs {
  /** The cluster that the nodes are of. */
  readonly cluster: pulumi.Input<ClusterFacts>;
  /** ARN of the node store's KMS key. */
  readonly keyArn: pulumi.Input<string>;
  /** Where the nodes are: a subnet for each zone. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly imageId: pulumi.Input<string>;
  readonly securityGroupId: pulumi.Input<string>;
  /** What makes the node store safe: there before the nodes' configuration is put into it. @default another stack has made it */
  readonly store?: readonly pulumi.Resource[];
  /** What a booting node needs: there before the first instance, and gone only after the last. @default another stack has made it */
  readonly after?: readonly pulumi.Resource[];
}

/** What the Ignition configuration of every node of `group` says of its cluster. */
export const nodeFacts = (cluster: ClusterFacts, group: string, architecture: Architecture): NodeFacts => ({
  ...cluster,
  group,
  architecture,
});
