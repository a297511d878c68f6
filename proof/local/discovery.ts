import { CloudWatchLogsClient, paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";
import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { setTimeout as sleep } from "node:timers/promises";
import { unsettled, type PublishedEvent } from "./publishedEvents";

/** A line of the discovery function's log (lambda/reconcile.ts writes them). */
interface Decision {
  readonly decision?: string;
  readonly changes?: readonly unknown[];
}

/** A record of a function's log in JSON: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html */
interface LogRecord {
  readonly requestId?: string;
  readonly message?: unknown;
}

/**
 * Less than three attempts of the function take, which are three minutes more: a failing function is reported
 * early.
 */
const settleSeconds = 60;

/**
 * Waits until the events that Auto Scaling has published of a group since `began` are delivered. Then says
 * what the discovery function decided on each, and on a scheduled event, which needs none of them.
 * @throws Error naming the event that was not delivered or that the function failed on, and why
 */
export async function followEvents(
  awsUrl: string,
  functionName: string,
  group: string,
  began: Date,
  print: (line: string) => void,
): Promise<void> {
  const events = await settledEvents(awsUrl, group, began);
  const scheduled = await invokeBySchedule(functionName);
  const records = await logRecords(functionName, began);
  for (const { event, deliveries } of events) {
    for (const { invocation } of deliveries) {
      const about = `${event["detail-type"]}, ${event.detail.EC2InstanceId ?? group}`;
      print(`  ${about}: ${outcome(records, invocation?.requestId)}`);
    }
  }
  print(`  Scheduled Event: ${outcome(records, scheduled)}`);
}

async function settledEvents(awsUrl: string, group: string, began: Date): Promise<PublishedEvent[]> {
  const since = began.toISOString().replace(/\.\d+Z$/, "Z"); // events tell their time in whole seconds
  for (const deadline = Date.now() + settleSeconds * 1000; ; await sleep(200)) {
    const response = await fetch(`${awsUrl}/local-aws/events`);
    const all = (await response.json()) as PublishedEvent[];
    const events = all.filter(
      ({ event }) => event.detail.AutoScalingGroupName === group && event.time >= since,
    );
    const pending = unsettled(events);
    if (pending.length === 0) return events;
    if (Date.now() > deadline) {
      throw new Error(
        `the discovery function has not taken all events of ${group} within ${settleSeconds} s:\n` +
          pending.map((line) => `  ${line}`).join("\n"),
      );
    }
  }
}

/** Starts the function as its schedule would at the next minute; returns the id of the request. */
async function invokeBySchedule(functionName: string): Promise<string | undefined> {
  const event = { "detail-type": "Scheduled Event", source: "aws.events", detail: {} };
  const answer = await new LambdaClient({}).send(
    new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(event), LogType: "Tail" }),
  );
  const log = Buffer.from(answer.LogResult ?? "", "base64").toString();
  if (answer.FunctionError) {
    throw new Error(
      `${functionName} fails: ${Buffer.from(answer.Payload ?? []).toString()}\nThe end of its log:\n${log}`,
    );
  }
  return requestIdOf(log);
}

/** The request of the last record in a log. */
function requestIdOf(log: string): string | undefined {
  const last = log.trimEnd().split("\n").at(-1) ?? "";
  return (JSON.parse(last) as { record?: { requestId?: string } }).record?.requestId;
}

async function logRecords(functionName: string, began: Date): Promise<LogRecord[]> {
  const { LoggingConfig } = await new LambdaClient({}).send(
    new GetFunctionConfigurationCommand({ FunctionName: functionName }),
  );
  const query = { logGroupName: LoggingConfig?.LogGroup, startTime: began.getTime() };
  const messages: string[] = [];
  for await (const page of paginateFilterLogEvents({ client: new CloudWatchLogsClient({}) }, query)) {
    messages.push(...(page.events ?? []).map(({ message = "" }) => message));
  }
  return messages.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as LogRecord);
}

/**
 * What the function decided in one invocation: `nothing to change`, or how many record sets it changed.
 * @throws Error if its log has no decision of that request: the function may not write its log, or does not
 * work
 */
export function outcome(records: readonly LogRecord[], requestId: string | undefined): string {
  const decisions = records
    .filter((record) => record.requestId === requestId && typeof record.message === "string")
    .map((record) => parsed(record.message as string))
    .filter((line) => line?.decision !== undefined);
  if (decisions.length === 0) throw new Error(`the function's log has no decision of request ${requestId}`);
  const changes = decisions
    .filter((line) => line?.decision === "change")
    .reduce((sum, line) => sum + (line?.changes?.length ?? 0), 0);
  return changes === 0 ? "nothing to change" : `${changes} record sets changed`;
}

function parsed(message: string): Decision | undefined {
  try {
    return JSON.parse(message) as Decision;
  } catch {
    return undefined;
  }
}
