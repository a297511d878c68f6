import { EventBridge } from "@aws-sdk/client-eventbridge";
import { SQS } from "@aws-sdk/client-sqs";
import type { CheckedAccount } from "./check";
import { tags } from "./made";

const testEvent = { source: "pulumi-kubeadm.aws-check", detailType: "Test" };

type Detail = Readonly<Record<string, unknown>>;

/** The events of one Auto Scaling group, by a rule that sends them to a queue. */
export class GroupEvents {
  private readonly seen: { readonly detailType: string; readonly detail: Detail }[] = [];
  private readonly bridge = new EventBridge({});

  private constructor(
    private readonly sqs: SQS,
    private readonly queue: string,
    private readonly group: string,
  ) {}

  /** Makes the queue and the rule. The group need not be there yet. */
  static async open({ name, accountId, region }: CheckedAccount): Promise<GroupEvents> {
    const sqs = new SQS({});
    const queueArn = `arn:aws:sqs:${region}:${accountId}:${name}`;
    const owned = Object.fromEntries(tags(name).map(({ Key, Value }) => [Key, Value]));
    const { QueueUrl = "" } = await sqs.createQueue({ QueueName: name, tags: owned });
    const events = new GroupEvents(sqs, QueueUrl, name);
    const { RuleArn } = await events.bridge.putRule({
      Name: name,
      Tags: tags(name),
      EventPattern: JSON.stringify({
        source: ["aws.autoscaling", testEvent.source],
        detail: { AutoScalingGroupName: [name] },
      }),
    });
    const statement = {
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: queueArn,
      Condition: { ArnEquals: { "aws:SourceArn": RuleArn } },
    };
    const policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    await sqs.setQueueAttributes({ QueueUrl, Attributes: { Policy: policy } });
    await events.bridge.putTargets({ Rule: name, Targets: [{ Id: "queue", Arn: queueArn }] });
    return events;
  }

  /** The detail of the group's first event of this type that has arrived; undefined if there is none yet. */
  async find(detailType: string): Promise<Detail | undefined> {
    const { Messages = [] } = await this.sqs.receiveMessage({
      QueueUrl: this.queue,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 1,
    });
    for (const { Body = "{}" } of Messages) {
      const event = JSON.parse(Body) as { readonly "detail-type": string; readonly detail: Detail };
      this.seen.push({ detailType: event["detail-type"], detail: event.detail });
    }
    return this.seen.find((event) => event.detailType === detailType)?.detail;
  }

  /** Sends an event that the rule has to deliver, and looks whether one has arrived. */
  async sendAndFind(): Promise<Detail | undefined> {
    const { source: Source, detailType: DetailType } = testEvent;
    const Detail = JSON.stringify({ AutoScalingGroupName: this.group });
    await this.bridge.putEvents({ Entries: [{ Source, DetailType, Detail }] });
    return this.find(DetailType);
  }
}
