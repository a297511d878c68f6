import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  type Target,
} from "@aws-sdk/client-eventbridge";
import { AddPermissionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { Delivery, PublishedEvent } from "../../local/publishedEvents";
import { deployFunction } from "./deployedFunction";
import { eventually } from "./eventually";
import { ruleArn } from "./queues";

/** Every event so far. */
export async function published(): Promise<PublishedEvent[]> {
  return (await (await fetch(`${process.env.AWS_ENDPOINT_URL}/local-aws/events`)).json()) as PublishedEvent[];
}

/** Puts an event of source `test` on the bus; its id. */
export async function send(detailType: string, detail: object = {}): Promise<string> {
  const { Entries: [entry] = [] } = await new EventBridgeClient({}).send(
    new PutEventsCommand({
      Entries: [
        {
          Source: "test",
          DetailType: detailType,
          Detail: JSON.stringify(detail),
          Resources: ["arn:aws:test:::one"],
        },
      ],
    }),
  );
  return entry?.EventId ?? "";
}

/** The result of an event, once no delivery is in progress. */
export async function settled(id: string): Promise<readonly Delivery[]> {
  return eventually(`the deliveries of ${id}`, async () => {
    const found = (await published()).find(({ event }) => event.id === id);
    const pending = found?.deliveries.some(
      ({ outcome, invocation }) => outcome === "pending" || invocation?.outcome === "pending",
    );
    return pending === false ? found?.deliveries : undefined;
  });
}

/**
 * A rule for events of its name's type and group `one`, with one target: a function of the same name. The
 * function admits the rule's events unless told otherwise. Returns the function's ARN.
 */
export async function ruleToFunction(
  name: string,
  settings: { admitted?: boolean; deadLetters?: string; target?: Partial<Target> } = {},
): Promise<string> {
  const arn = await deployFunction(name, { deadLetters: settings.deadLetters });
  await new EventBridgeClient({}).send(
    new PutRuleCommand({
      Name: name,
      EventPattern: JSON.stringify({ source: ["test"], "detail-type": [name], detail: { group: ["one"] } }),
    }),
  );
  await new EventBridgeClient({}).send(
    new PutTargetsCommand({ Rule: name, Targets: [{ Id: "function", Arn: arn, ...settings.target }] }),
  );
  if (settings.admitted !== false) await admit(name, name);
  return arn;
}

/** Allows a rule to invoke a function. */
export async function admit(functionName: string, rule: string): Promise<void> {
  await new LambdaClient({}).send(
    new AddPermissionCommand({
      FunctionName: functionName,
      StatementId: `by-${rule}`,
      Action: "lambda:InvokeFunction",
      Principal: "events.amazonaws.com",
      SourceArn: ruleArn(rule),
    }),
  );
}

/** Replaces the faults of the local AWS. */
export async function setFaults(faults: object): Promise<Response> {
  return fetch(`${process.env.AWS_ENDPOINT_URL}/local-aws/faults`, {
    method: "PUT",
    body: JSON.stringify(faults),
  });
}
