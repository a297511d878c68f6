import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { handlerFactory, StartingEvent } from "../../lambda/handler";
import { discoveryStatements } from "../../lambda/permissions";
import { failedLaunch, groupEvents, poolEvents } from "./groupEvents";
import { uneven } from "../../lambda/zones";
import { LogAlarm } from "../store/logAlarm";
import { ownedTags } from "../../plan/names";

export interface DiscoveryArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly region: string;
  /** Auto Scaling group of the controllers. */
  readonly group: string;
  /** Name of the zone with the records. */
  readonly zone: string;
  readonly zoneId: pulumi.Input<string>;
  readonly zoneArn: pulumi.Input<string>;
  /** SNS topic of the alarms. @default none */
  readonly alarmTopicArn?: string;
}

/**
 * Packages that the function's archive leaves out. Pulumi adds every dependency of the running project, and
 * would deploy the function again when one of them changes. The function needs none: the runtime has the SDK.
 */
const withoutPackages: pulumi.ResourceTransformation = ({ props, opts }) => ({
  props: {
    ...props,
    code: pulumi.output(props.code as aws.lambda.FunctionArgs["code"]).apply(async (code) => {
      const entries = Object.entries(await (code as pulumi.asset.AssetArchive).assets);
      const own = entries.filter(([, entry]) => "text" in entry);
      return new pulumi.asset.AssetArchive(Object.fromEntries(own));
    }),
  },
  opts,
});

/** Keeps the members' DNS records right: a function that starts on any event of the group and on a schedule. */
export class Discovery extends pulumi.ComponentResource {
  readonly functionName: pulumi.Output<string>;

  constructor(name: string, args: DiscoveryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm:index:Discovery", name, {}, opts);
    const functionName = `${args.cluster}-discovery`;
    const tags = ownedTags(args.cluster, functionName);
    const deadLetters = new aws.sqs.Queue(
      `${name}-dead-letters`,
      {
        name: `${functionName}-dead-letters`,
        messageRetentionSeconds: 14 * 24 * 3600, // the longest SQS keeps any
        sqsManagedSseEnabled: true,
        tags,
      },
      { parent: this },
    );
    const logs = new aws.cloudwatch.LogGroup(
      name,
      { name: `/aws/lambda/${functionName}`, retentionInDays: 30, tags },
      { parent: this },
    );
    const lambda = this.function(name, functionName, args, deadLetters, logs, tags);
    const rules = {
      "group-events": new aws.cloudwatch.EventRule(
        `${name}-group-events`,
        {
          name: `${functionName}-group-events`,
          description: `What Auto Scaling says of ${args.group}`,
          eventPattern: JSON.stringify(groupEvents(args.group)),
          tags,
        },
        { parent: this },
      ),
      // They change no record. The function logs them, for the alarm.
      "pool-events": new aws.cloudwatch.EventRule(
        `${name}-pool-events`,
        {
          name: `${functionName}-pool-events`,
          description: `Launches of ${args.cluster}'s worker pools that failed`,
          eventPattern: JSON.stringify(poolEvents(args.cluster)),
          tags,
        },
        { parent: this },
      ),
      // EventBridge may lose an event, so the schedule starts the function too.
      schedule: new aws.cloudwatch.EventRule(
        `${name}-schedule`,
        { name: `${functionName}-schedule`, scheduleExpression: "rate(1 minute)", tags },
        { parent: this },
      ),
    };
    for (const [which, rule] of Object.entries(rules))
      this.start(`${name}-${which}`, rule, lambda, deadLetters);
    new aws.sqs.QueuePolicy(
      `${name}-dead-letters`,
      {
        queueUrl: deadLetters.url,
        policy: pulumi
          .all([deadLetters.arn, ...Object.values(rules).map(({ arn }) => arn)])
          .apply(([queueArn, ...ruleArns]): aws.iam.PolicyDocument => ({
            Version: "2012-10-17",
            Statement: [
              {
                Effect: "Allow",
                Principal: { Service: "events.amazonaws.com" },
                Action: "sqs:SendMessage",
                Resource: queueArn,
                Condition: { ArnEquals: { "aws:SourceArn": ruleArns } },
              },
            ],
          })),
      },
      { parent: this },
    );
    this.alarms(name, functionName, args.alarmTopicArn, deadLetters, tags);
    this.groupAlarms(name, args, logs.name);
    this.functionName = lambda.name;
    this.registerOutputs({ functionName: this.functionName });
  }

  private function(
    name: string,
    functionName: string,
    args: DiscoveryArgs,
    deadLetters: aws.sqs.Queue,
    logs: aws.cloudwatch.LogGroup,
    tags: Record<string, string>,
  ) {
    const role = new aws.iam.Role(
      name,
      {
        name: `${functionName}-${args.region}`, // IAM knows no regions
        assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" }),
        tags,
      },
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      name,
      {
        name: "discovery",
        role: role.name,
        policy: pulumi
          .all([args.zoneArn, logs.arn, deadLetters.arn])
          .apply(([zoneArn, logsArn, deadLettersArn]): aws.iam.PolicyDocument => ({
            Version: "2012-10-17",
            Statement: [
              ...discoveryStatements(zoneArn, args.zone),
              {
                Effect: "Allow",
                Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
                Resource: `${logsArn}:*`,
              },
              { Effect: "Allow", Action: "sqs:SendMessage", Resource: deadLettersArn },
            ],
          })),
      },
      { parent: this },
    );
    return new aws.lambda.CallbackFunction<StartingEvent, void>(
      name,
      {
        name: functionName,
        description: `Keeps the etcd members' records in ${args.zone}`,
        callbackFactory: handlerFactory,
        runtime: aws.lambda.Runtime.NodeJS24dX,
        memorySize: 256,
        timeout: 30,
        role,
        environment: { variables: { GROUP_NAME: args.group, ZONE_ID: args.zoneId, ZONE_NAME: args.zone } },
        deadLetterConfig: { targetArn: deadLetters.arn },
        loggingConfig: { logFormat: "JSON", logGroup: logs.name },
        tags,
      },
      { parent: this, dependsOn: policy, transformations: [withoutPackages] },
    );
  }

  private start(
    name: string,
    rule: aws.cloudwatch.EventRule,
    lambda: aws.lambda.Function,
    deadLetters: aws.sqs.Queue,
  ) {
    const permission = new aws.lambda.Permission(
      name,
      {
        action: "lambda:InvokeFunction",
        function: lambda,
        principal: "events.amazonaws.com",
        sourceArn: rule.arn,
      },
      { parent: this },
    );
    new aws.cloudwatch.EventTarget(
      name,
      {
        rule: rule.name,
        arn: lambda.arn,
        retryPolicy: { maximumRetryAttempts: 10, maximumEventAgeInSeconds: 3600 },
        deadLetterConfig: { arn: deadLetters.arn },
      },
      { parent: this, dependsOn: permission },
    );
  }

  private alarms(
    name: string,
    functionName: string,
    topicArn: string | undefined,
    deadLetters: aws.sqs.Queue,
    tags: Record<string, string>,
  ) {
    const common = {
      period: 60,
      evaluationPeriods: 1,
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      alarmActions: topicArn === undefined ? undefined : [topicArn],
      tags,
    };
    new aws.cloudwatch.MetricAlarm(
      `${name}-errors`,
      {
        ...common,
        treatMissingData: "notBreaching",
        name: `${functionName}-errors`,
        alarmDescription: "The discovery function fails: members' records may be out of date",
        namespace: "AWS/Lambda",
        metricName: "Errors",
        statistic: "Sum",
        dimensions: { FunctionName: functionName },
      },
      { parent: this },
    );
    new aws.cloudwatch.MetricAlarm(
      `${name}-dead-letters`,
      {
        ...common,
        // SQS sends no metrics of a queue that nobody has used for six hours, even if it holds messages.
        // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/monitoring-using-cloudwatch.html
        treatMissingData: "ignore",
        name: `${functionName}-dead-letters`,
        alarmDescription:
          "The discovery function failed on events, or never got them. Read the queue, then purge it: only that ends this alarm",
        namespace: "AWS/SQS",
        metricName: "ApproximateNumberOfMessagesVisible",
        statistic: "Maximum",
        dimensions: { QueueName: deadLetters.name },
      },
      { parent: this },
    );
  }

  /** Alarms on what the function sees of the Auto Scaling groups, by its log. */
  private groupAlarms(name: string, args: DiscoveryArgs, logGroup: pulumi.Input<string>) {
    const common = { cluster: args.cluster, logGroup, topicArn: args.alarmTopicArn };
    new LogAlarm(
      `${name}-failed-launches`,
      {
        ...common,
        alarm: `${args.cluster}-failed-launches`,
        words: [failedLaunch],
        description:
          "Instances of the cluster fail to launch again and again: read the group's scaling activities, they have the reason",
        // One failure passes. Auto Scaling tries again ever more rarely.
        period: 900,
        periods: { breaching: 2, of: 4 },
      },
      { parent: this },
    );
    new LogAlarm(
      `${name}-uneven-zones`,
      {
        ...common,
        alarm: `${args.cluster}-uneven-zones`,
        words: [uneven],
        description:
          "A zone has had two controllers more than another for an hour: the loss of that zone may cost the quorum. Terminate one there",
        // The function looks every minute. A rollout may put two into one zone while it replaces them.
        period: 900,
        periods: { breaching: 4, of: 4 },
      },
      { parent: this },
    );
  }
}
