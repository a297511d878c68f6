import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";

/** The events that never reached a function, and the alarms about them. */
export class DeadLetters {
  private readonly sqs = new SQSClient({});

  constructor(private readonly functionName: string) {}

  /** How many there are. */
  async count(): Promise<number> {
    const { Attributes } = await this.sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: await this.queue(),
        AttributeNames: ["ApproximateNumberOfMessages"],
      }),
    );
    return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
  }

  /** An operator does this after reading them. */
  async purge(): Promise<void> {
    await this.sqs.send(new PurgeQueueCommand({ QueueUrl: await this.queue() }));
  }

  /** Names of all alarms that are on. */
  async alarms(): Promise<string[]> {
    const { MetricAlarms = [] } = await new CloudWatchClient({}).send(
      new DescribeAlarmsCommand({ StateValue: "ALARM" }),
    );
    return MetricAlarms.map(({ AlarmName }) => AlarmName ?? "");
  }

  private async queue(): Promise<string> {
    const name = new GetQueueUrlCommand({ QueueName: `${this.functionName}-dead-letters` });
    return (await this.sqs.send(name)).QueueUrl ?? "";
  }
}
