import * as pulumi from "@pulumi/pulumi";
import { type ClusterOutputs, parseSettings, WorkerPool } from "pulumi-kubeadm/library";

/** The stack of the cluster that the pool joins. */
const stack = new pulumi.StackReference(new pulumi.Config().require("cluster"));
const output = <Name extends keyof ClusterOutputs>(name: Name) =>
  stack.requireOutput(name) as pulumi.Output<pulumi.Unwrap<ClusterOutputs[Name]>>;

// The rules for a pool are those of a cluster's settings, so its settings are read as a part of some.
const { batch } = parseSettings({
  ...{ name: "any", domain: "any.example.com" },
  workerPools: { batch: { min: 2, instanceTypes: ["m7i.xlarge", "m6i.xlarge"], labels: { team: "data" } } },
}).workerPools;

const pool = new WorkerPool("batch", {
  pool: "batch",
  settings: batch,
  cluster: output("clusterFacts"),
  keyArn: output("nodeStoreKeyArn"),
  subnetIds: output("privateSubnetIds"),
  securityGroupId: output("securityGroupIds").apply(({ workers }) => workers),
  imageId: output("imageIds").apply(({ [batch.architecture]: id = "" }) => id),
});

export const groupName = pool.nodes.groupName;
export const roleName = pool.nodes.roleName;
