import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ownedTags } from "../../plan/names";

export interface LogAlarmArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  /** Name of the alarm, of its metric and of the filter. */
  readonly alarm: string;
  readonly logGroup: pulumi.Input<string>;
  /** A log line counts if it contains all of these texts. */
  readonly words: readonly string[];
  /** What the reader of the alarm should know and do. */
  readonly description: string;
  /** Length of a period, seconds. */
  readonly period: number;
  /** The alarm turns on if `breaching` of the last `of` periods have a line. @default 1 of 1 */
  readonly periods?: { readonly breaching: number; readonly of: number };
  /** SNS topic of the alarm. @default none */
  readonly topicArn?: string;
}

/** An alarm that is on while lines with certain words come to a log group. */
export class LogAlarm extends pulumi.ComponentResource {
  constructor(name: string, args: LogAlarmArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm:index:LogAlarm", name, {}, opts);
    const metric = { namespace: "pulumi-kubeadm", name: args.alarm };
    new aws.cloudwatch.LogMetricFilter(
      name,
      {
        name: args.alarm,
        logGroupName: args.logGroup,
        pattern: args.words.map((words) => `"${words}"`).join(" "),
        metricTransformation: { ...metric, value: "1" },
      },
      { parent: this },
    );
    new aws.cloudwatch.MetricAlarm(
      name,
      {
        name: args.alarm,
        alarmDescription: args.description,
        namespace: metric.namespace,
        metricName: metric.name,
        statistic: "Sum",
        period: args.period,
        evaluationPeriods: args.periods?.of ?? 1,
        datapointsToAlarm: args.periods?.breaching,
        comparisonOperator: "GreaterThanThreshold",
        threshold: 0,
        treatMissingData: "notBreaching",
        alarmActions: args.topicArn === undefined ? undefined : [args.topicArn],
        tags: ownedTags(args.cluster, args.alarm),
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
