import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import assert from "node:assert/strict";
import { withLocalAws } from "./localAws";
import { makeTarget } from "./targets";

describe("targets in the local AWS", () => {
  const aws = withLocalAws();
  let arn: string;
  let instance: string;

  before(async () => {
    ({ instance, targetGroup: arn } = await makeTarget());
    await new ElasticLoadBalancingV2({}).registerTargets({
      TargetGroupArn: arn,
      Targets: [{ Id: instance }],
    });
  });

  const put = (health: unknown) =>
    fetch(`${aws.url}/local-aws/target-health`, { method: "PUT", body: JSON.stringify(health) });
  const health = async () => {
    const found = await new ElasticLoadBalancingV2({}).describeTargetHealth({ TargetGroupArn: arn });
    const { State, Reason } = found.TargetHealthDescriptions?.[0]?.TargetHealth ?? {};
    return [State, Reason];
  };

  it("are healthy if nobody checks them", async () => {
    assert.deepEqual(await health(), ["healthy", undefined]);
  });

  it("are initial until somebody has checked them, and then have the result", async () => {
    await put({ [arn]: {} });
    assert.deepEqual(await health(), ["initial", "Elb.InitialHealthChecking"]);
    await put({ [arn]: { [instance]: { state: "unhealthy", reason: "Target.FailedHealthChecks" } } });
    assert.deepEqual(await health(), ["unhealthy", "Target.FailedHealthChecks"]);
    await put({ [arn]: { [instance]: { state: "healthy" } } });
    assert.deepEqual(await health(), ["healthy", undefined]);
  });

  it("are never in an unknown state", async () => {
    const answer = await put({ [arn]: { [instance]: { state: "well" } } });
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /state is 'well', not one of initial, healthy, unhealthy/);
  });
});
