import * as assert from "node:assert/strict";
import { spaceWarning } from "../../components/store/nodeLogs";
import { region } from "../engine/region";
import { run, stackConfig } from "../engine/stack";
import { controllerNode } from "../ignition/rendered";

describe("The alarm about etcd's quota", () => {
  const isFilter = ({ key }: { readonly key: string }) =>
    key.startsWith("cloudwatch.LogMetricFilter ") && key.endsWith("-etcd-near-quota");

  it("looks for the text of the controllers' warning", async () => {
    const { resources } = await run(stackConfig("dev"));
    const filter = resources.find(isFilter)?.inputs ?? {};
    assert.equal(filter.pattern, '"the etcd database has" "of its quota"');
    const script = controllerNode().texts.get("/opt/cluster/bin/etcd-space") ?? "";
    for (const words of spaceWarning) assert.match(script, new RegExp(`"WARNING: .*${words}`));
  });

  it("counts the matches, and notifies the alarm topic", async () => {
    const alarmTopicArn = "arn:aws:sns:eu-central-1:123456789012:alarms";
    const { resources } = await run(
      { ...stackConfig("dev"), alarmTopicArn },
      { region: { ...region("eu-central-1"), topics: ["alarms"] } },
    );
    const { metricTransformation } = resources.find(isFilter)?.inputs ?? {};
    const alarm = resources.find(({ inputs }) => inputs.name === "dev-etcd-near-quota" && inputs.statistic);
    const { namespace, metricName, alarmActions } = alarm?.inputs ?? {};
    assert.deepEqual(metricTransformation, { namespace, name: metricName, value: "1" });
    assert.deepEqual(alarmActions, [alarmTopicArn]);
  });
});
