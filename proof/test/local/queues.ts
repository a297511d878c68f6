import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { account } from "./deployedFunction";
import { region } from "./localAws";

/** A message of a queue: its body as JSON value, and its attributes. */
export interface Letter {
  readonly body: any;
  readonly attributes: Readonly<Record<string, string | undefined>>;
}

/** Makes a queue that lets EventBridge send for these rules; its ARN. */
export async function makeQueue(name: string, rules: readonly string[] = []): Promise<string> {
  const sqs = new SQSClient({});
  const arn = `arn:aws:sqs:${region}:${account}:${name}`;
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  if (rules.length > 0) {
    const statement = {
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: arn,
      Condition: { ArnEquals: { "aws:SourceArn": rules.map(ruleArn) } },
    };
    const policy = { Version: "2012-10-17", Statement: [statement] };
    await sqs.send(
      new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: JSON.stringify(policy) } }),
    );
  }
  return arn;
}

/** ARN of a rule on the default bus. */
export function ruleArn(name: string): string {
  return `arn:aws:events:${region}:${account}:rule/${name}`;
}

/** Takes the messages out of a queue; undefined if there are none. */
export async function receive(queue: string): Promise<Letter[] | undefined> {
  const { Messages } = await new SQSClient({}).send(
    new ReceiveMessageCommand({
      QueueUrl: `${process.env.AWS_ENDPOINT_URL}/${account}/${queue}`,
      MessageAttributeNames: ["All"],
      MaxNumberOfMessages: 10,
    }),
  );
  return Messages?.map(({ Body = "", MessageAttributes = {} }) => ({
    body: JSON.parse(Body),
    attributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]),
    ),
  }));
}
