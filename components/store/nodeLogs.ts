import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ownedTags } from "../../plan/names";

export interface NodeLogsArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly logGroup: string;
}

/**
 * The log group in which nodes report why they do not become ready. Each has a stream `<its Auto Scaling
 * group>/<its id>`.
 */
export class NodeLogs extends pulumi.ComponentResource {
  constructor(name: string, { cluster, logGroup }: NodeLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm:index:NodeLogs", name, {}, opts);
    // CloudWatch Logs encrypts it with its own key: reports hold no secrets, and must be readable when
    // everything else fails.
    new aws.cloudwatch.LogGroup(
      name,
      { name: logGroup, retentionInDays: 30, tags: ownedTags(cluster, logGroup) },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
