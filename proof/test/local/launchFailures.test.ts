import { CloudWatchClient, DescribeAlarmsCommand, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  PutMetricFilterCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import assert from "node:assert/strict";
import { unevenZones } from "../../../lambda/zones";
import { hooks, makeSubnets, TestGroup } from "./autoScalingGroup";
import { eventually } from "./eventually";
import { region, withLocalAws } from "./localAws";
import { published, setFaults } from "./rules";

describe("zones without capacity in the local AWS", () => {
  withLocalAws(["--machines", "--time-scale", "0.01"]);
  afterEach(() => setFaults({}));

  const failures = async (group: string) =>
    (await published()).filter(
      ({ event }) =>
        event["detail-type"] === "EC2 Instance Launch Unsuccessful" &&
        (event.detail as { AutoScalingGroupName?: string }).AutoScalingGroupName === group,
    );

  it("make all launches fail where there is no other, again and again, with an event for each", async () => {
    await setFaults({ zonesWithoutCapacity: ["a", "b", "c"].map((zone) => region + zone) });
    await new TestGroup("demo-pool-full").create(await makeSubnets(), { LifecycleHookSpecificationList: [] });
    const all = await eventually("failures", async () => {
      const found = await failures("demo-pool-full");
      return found.length > 9 ? found : undefined;
    });
    assert.match(JSON.stringify(all[0]?.event.detail), /do not have sufficient t3.medium capacity/);
  });

  it("get no instance, so that the others stand unevenly", async () => {
    await setFaults({ zonesWithoutCapacity: [`${region}a`, `${region}b`] });
    const group = await new TestGroup("uneven").createInService(await makeSubnets(), {
      LifecycleHookSpecificationList: hooks,
    });
    const { AutoScalingGroups: [found] = [] } = await group.autoScaling.describeAutoScalingGroups({
      AutoScalingGroupNames: [group.name],
    });
    assert.deepEqual(found && unevenZones(found), {
      [`${region}a`]: 0,
      [`${region}b`]: 0,
      [`${region}c`]: 3,
    });
  });
});

describe("metric filters of the local AWS", () => {
  withLocalAws(["--time-scale", "0.01"]);

  it("raise an alarm when lines with all of their terms come", async () => {
    const logs = new CloudWatchLogsClient({});
    const place = { logGroupName: "lines", logStreamName: "one" };
    await logs.send(new CreateLogGroupCommand({ logGroupName: "lines" }));
    await logs.send(new CreateLogStreamCommand(place));
    const metric = { metricName: "failed", metricNamespace: "test" };
    await logs.send(
      new PutMetricFilterCommand({
        filterName: "failed",
        logGroupName: "lines",
        filterPattern: '"Launch Unsuccessful" "demo"',
        metricTransformations: [{ ...metric, metricValue: "1" }],
      }),
    );
    const cloudWatch = new CloudWatchClient({});
    await cloudWatch.send(
      new PutMetricAlarmCommand({
        AlarmName: "failed",
        Namespace: "test",
        MetricName: "failed",
        Statistic: "Sum",
        Period: 900,
        EvaluationPeriods: 1,
        ComparisonOperator: "GreaterThanThreshold",
        Threshold: 0,
        TreatMissingData: "notBreaching",
      }),
    );
    const inState = (state: string) =>
      eventually(state, async () => {
        const { MetricAlarms } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: ["failed"] }));
        return MetricAlarms?.[0]?.StateValue === state || undefined;
      });
    const say = (message: string) =>
      logs.send(new PutLogEventsCommand({ ...place, logEvents: [{ timestamp: Date.now(), message }] }));
    await say('{"event": "Launch Unsuccessful"}');
    await inState("OK");
    await say('{"event": "Launch Unsuccessful", "group": "demo-pool-a"}');
    await inState("ALARM");
  });
});
