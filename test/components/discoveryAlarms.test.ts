import * as assert from "node:assert/strict";
import { run, stackConfig } from "../engine/stack";

describe("The discovery function's alarm", () => {
  async function alarm(about: string) {
    const { resources } = await run(stackConfig("dev"));
    return resources.find(({ key }) => key === `cloudwatch.MetricAlarm dev-discovery-${about}`)?.inputs ?? {};
  }

  // SQS tells nothing of a queue that nobody has used for six hours.
  it("about dead letters stays on while SQS sends no data, and says how to end it", async () => {
    const { treatMissingData, alarmDescription } = await alarm("dead-letters");
    assert.equal(treatMissingData, "ignore");
    assert.match(String(alarmDescription), /purge/);
  });

  // The schedule starts the function every minute, so a minute without an error has a data point in any case.
  it("about errors ends by itself", async () => {
    assert.equal((await alarm("errors")).treatMissingData, "notBreaching");
  });
});
