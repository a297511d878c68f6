import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { LogAlarm } from "./logAlarm";
import { ownedTags } from "../../plan/names";

export interface NodeLogsArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly logGroup: string;
  /** SNS topic of the alarm. @default none */
  readonly alarmTopicArn?: string;
}

/** Words of the warning that `etcd-space` writes on controllers. The warning has all of them. */
export const spaceWarning = ["the etcd database has", "of its quota"];

/**
 * The log group in which nodes report why they do not become ready. Each has a stream `<its Auto Scaling
 * group>/<its id>`. Controllers also report there that etcd's database nears its quota, and an alarm tells of
 * that.
 */
export class NodeLogs extends pulumi.ComponentResource {
  constructor(
    name: string,
    { cluster, logGroup, alarmTopicArn }: NodeLogsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("kubeadm:index:NodeLogs", name, {}, opts);
    // CloudWatch Logs encrypts it with its own key: reports hold no secrets, and must be readable when
    // everything else fails.
    const group = new aws.cloudwatch.LogGroup(
      name,
      { name: logGroup, retentionInDays: 30, tags: ownedTags(cluster, logGroup) },
      { parent: this },
    );
    new LogAlarm(
      `${name}-etcd-near-quota`,
      {
        cluster,
        alarm: `${cluster}-etcd-near-quota`,
        logGroup: group.name,
        words: spaceWarning,
        description:
          "etcd's database has 75 % of its quota or more on a controller, and at 100 % etcd refuses writes: see what fills it",
        period: 900, // controllers look every ten minutes
        topicArn: alarmTopicArn,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
