import * as assert from "node:assert/strict";
import { uneven } from "../../lambda/zones";
import { region } from "../engine/region";
import { run, stackConfig } from "../engine/stack";

const alarmTopicArn = "arn:aws:sns:eu-central-1:123456789012:alarms";

async function resources() {
  const made = await run(
    { ...stackConfig("dev"), alarmTopicArn },
    { region: { ...region("eu-central-1"), topics: ["alarms"] } },
  );
  return made.resources;
}

describe("The alarm about", () => {
  for (const [about, words, alarmed] of [
    ["failed launches", "EC2 Instance Launch Unsuccessful", "2 of 4"],
    ["uneven zones", uneven, "4 of 4"],
  ]) {
    it(`${about} counts the function's lines of that, an hour long, and tells the topic of alarms`, async () => {
      const name = `dev-${about.replace(" ", "-")}`;
      const named = (await resources()).filter(({ inputs }) => inputs.name === name);
      const filter = named.find(({ type }) => type === "cloudwatch.LogMetricFilter")?.inputs ?? {};
      const alarm = named.find(({ type }) => type === "cloudwatch.MetricAlarm")?.inputs ?? {};
      assert.equal(filter.pattern, `"${words}"`);
      assert.equal(filter.logGroupName, "/aws/lambda/dev-discovery");
      assert.deepEqual(filter.metricTransformation, {
        namespace: alarm.namespace,
        name: alarm.metricName,
        value: "1",
      });
      assert.deepEqual(alarm.alarmActions, [alarmTopicArn]);
      assert.equal(`${alarm.datapointsToAlarm} of ${alarm.evaluationPeriods}`, alarmed);
      assert.equal(Number(alarm.evaluationPeriods) * Number(alarm.period), 3600);
    });
  }

  it("failed launches hears of every pool of the cluster", async () => {
    const rule = (await resources()).find(
      ({ inputs }) => inputs.name === "dev-discovery-pool-events",
    )?.inputs;
    assert.deepEqual(JSON.parse(String(rule?.eventPattern)), {
      source: ["aws.autoscaling"],
      "detail-type": ["EC2 Instance Launch Unsuccessful"],
      detail: { AutoScalingGroupName: [{ prefix: "dev-pool-" }] },
    });
  });
});
