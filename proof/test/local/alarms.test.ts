import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricStatisticsCommand,
  PutMetricAlarmCommand,
  type MetricAlarm,
  type PutMetricAlarmCommandInput,
} from "@aws-sdk/client-cloudwatch";
import { PurgeQueueCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { account, deployFunction, invoke } from "./deployedFunction";
import { eventually } from "./eventually";
import { authorization, region, withLocalAws } from "./localAws";
import { makeQueue, receive } from "./queues";

/** A minute of AWS takes 0.6 seconds here. */
const timeScale = 0.01;

describe("the alarms of the local AWS", () => {
  const aws = withLocalAws(["--time-scale", String(timeScale)]);
  const cloudWatch = () => new CloudWatchClient({});

  /** An alarm as the product makes them, on the errors of a function of that name unless told otherwise. */
  async function putAlarm(name: string, settings: Partial<PutMetricAlarmCommandInput> = {}): Promise<void> {
    await cloudWatch().send(
      new PutMetricAlarmCommand({
        AlarmName: name,
        Namespace: "AWS/Lambda",
        MetricName: "Errors",
        Statistic: "Sum",
        Dimensions: [{ Name: "FunctionName", Value: name }],
        Period: 60,
        EvaluationPeriods: 1,
        ComparisonOperator: "GreaterThanThreshold",
        Threshold: 0,
        TreatMissingData: "notBreaching",
        ...settings,
      }),
    );
  }

  async function alarm(name: string): Promise<MetricAlarm> {
    const { MetricAlarms } = await cloudWatch().send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
    return MetricAlarms?.[0] ?? {};
  }

  async function inState(name: string, state: string): Promise<MetricAlarm> {
    return eventually(`alarm ${name} in state ${state}`, async () => {
      const found = await alarm(name);
      return found.StateValue === state ? found : undefined;
    });
  }

  async function sns(parameters: Record<string, string>): Promise<void> {
    const body = new URLSearchParams({ ...parameters, Version: "2010-03-31" });
    const response = await fetch(aws.url, {
      method: "POST",
      body,
      headers: { Authorization: authorization("sns") },
    });
    assert.ok(response.ok, await response.text());
  }

  it("treat missing data as they are told, and know nothing until then", async () => {
    await putAlarm("fine");
    await putAlarm("worried", { TreatMissingData: "breaching" });
    await putAlarm("unsure", { TreatMissingData: "missing" });
    const fine = await inState("fine", "OK");
    assert.equal(
      fine.StateReason,
      "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching].",
    );
    await inState("worried", "ALARM");
    assert.equal((await alarm("unsure")).StateValue, "INSUFFICIENT_DATA");
  });

  it("are raised by a function's error and taken back by its success", async () => {
    await deployFunction("failing");
    await putAlarm("failing");
    await inState("failing", "OK");
    await invoke("failing", { ask: "fail" });
    const { StateReason } = await inState("failing", "ALARM");
    assert.match(
      StateReason ?? "",
      /^Threshold Crossed: 1 datapoint \[1\.0 \(.*\)\] was greater than the threshold \(0\.0\)\.$/,
    );
    await invoke("failing", {});
    await inState("failing", "OK");
  });

  it("have the numbers that CloudWatch tells", async () => {
    await deployFunction("counted");
    for (const ask of ["fail", "nothing", "fail"]) await invoke("counted", { ask });
    const sum = async (MetricName: string) => {
      const { Datapoints } = await cloudWatch().send(
        new GetMetricStatisticsCommand({
          Namespace: "AWS/Lambda",
          MetricName,
          Dimensions: [{ Name: "FunctionName", Value: "counted" }],
          StartTime: new Date(Date.now() - 60_000),
          EndTime: new Date(Date.now() + 60_000),
          Period: 120,
          Statistics: ["Sum"],
        }),
      );
      return Datapoints?.reduce((total, { Sum = 0 }) => total + Sum, 0);
    };
    assert.deepEqual([await sum("Invocations"), await sum("Errors")], [3, 2]);
  });

  it("are raised as long as messages wait in a queue", async () => {
    await makeQueue("letters");
    const QueueUrl = `${aws.url}/${account}/letters`;
    await putAlarm("letters", {
      Namespace: "AWS/SQS",
      MetricName: "ApproximateNumberOfMessagesVisible",
      Statistic: "Maximum",
      Dimensions: [{ Name: "QueueName", Value: "letters" }],
    });
    await inState("letters", "OK");
    await new SQSClient({}).send(new SendMessageCommand({ QueueUrl, MessageBody: "{}" }));
    await inState("letters", "ALARM");
    await sleep(5 * 60 * timeScale * 1000);
    assert.equal((await alarm("letters")).StateValue, "ALARM");
    await new SQSClient({}).send(new PurgeQueueCommand({ QueueUrl }));
    await inState("letters", "OK");
  });

  it("tell their topics, and only of changes", async () => {
    const topic = `arn:aws:sns:${region}:${account}:people`;
    const queue = await makeQueue("people");
    await sns({ Action: "CreateTopic", Name: "people" });
    await sns({ Action: "Subscribe", TopicArn: topic, Protocol: "sqs", Endpoint: queue });
    await deployFunction("watched");
    await putAlarm("watched", { AlarmActions: [topic] });
    await inState("watched", "OK");
    await invoke("watched", { ask: "fail" });
    await inState("watched", "ALARM");
    const letters = await eventually("the notification", () => receive("people"));
    const messages = letters.map(({ body }) => JSON.parse(body.Message));
    assert.deepEqual(
      messages.map(({ AlarmName, OldStateValue, NewStateValue }) => [
        AlarmName,
        OldStateValue,
        NewStateValue,
      ]),
      [["watched", "OK", "ALARM"]],
    );
  });

  it("keep their state when they are changed", async () => {
    await putAlarm("kept", { TreatMissingData: "breaching" });
    const before = await inState("kept", "ALARM");
    await putAlarm("kept", { TreatMissingData: "ignore", AlarmDescription: "changed" });
    const after = await alarm("kept");
    assert.deepEqual(
      [after.AlarmDescription, after.StateValue, after.StateReason],
      ["changed", "ALARM", before.StateReason],
    );
    await sleep(2 * 60 * timeScale * 1000);
    assert.equal((await alarm("kept")).StateValue, "ALARM");
  });

  it("of a kind that is not implemented stay undecided", async () => {
    await putAlarm("percentile", { Statistic: undefined, ExtendedStatistic: "p99" });
    await sleep(2 * 60 * timeScale * 1000);
    assert.equal((await alarm("percentile")).StateValue, "INSUFFICIENT_DATA");
  });
});
