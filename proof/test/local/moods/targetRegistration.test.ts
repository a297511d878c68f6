import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import assert from "node:assert/strict";
import { describeLoadBalancers } from "../../../lab/network/loadBalancers";
import { withLocalAws } from "../localAws";
import { makeTarget } from "../targets";
import { measure, setAhead } from "./mood";

for (const mood of ["instant", "typical", "worst"] as const) {
  describe(`the registration of a target, if the mood is ${mood}`, () => {
    const aws = withLocalAws(["--mood", mood]);
    let elb: ElasticLoadBalancingV2;
    let arn: string;
    let instance: string;

    before(async () => {
      elb = new ElasticLoadBalancingV2({});
      const made = await makeTarget();
      ({ instance, targetGroup: arn } = made);
      await elb.modifyTargetGroupAttributes({
        TargetGroupArn: arn,
        Attributes: [{ Key: "preserve_client_ip.enabled", Value: "false" }],
      });
      const { LoadBalancers = [] } = await elb.createLoadBalancer({
        ...{ Name: "api", Type: "network", Scheme: "internal", Subnets: [made.subnet] },
      });
      const { LoadBalancerArn } = LoadBalancers[0] ?? {};
      await elb.modifyLoadBalancerAttributes({
        LoadBalancerArn,
        Attributes: [{ Key: "load_balancing.cross_zone.enabled", Value: "true" }],
      });
      await elb.createListener({
        ...{ LoadBalancerArn, Protocol: "TCP", Port: 6443 },
        DefaultActions: [{ Type: "forward", TargetGroupArn: arn }],
      });
      await elb.registerTargets({ TargetGroupArn: arn, Targets: [{ Id: instance }] });
    });

    const health = async () => {
      const found = await elb.describeTargetHealth({ TargetGroupArn: arn });
      const { State, Reason } = found.TargetHealthDescriptions?.[0]?.TargetHealth ?? {};
      return [State, Reason];
    };
    /** The targets that the lab's load balancer sends to. */
    const served = async () => (await describeLoadBalancers(elb))[0]?.targets.map(({ id }) => id);

    if (mood === "instant") {
      it("takes no time", async () => {
        assert.deepEqual(await health(), ["healthy", undefined]);
        assert.deepEqual(await served(), [instance]);
      });
      return;
    }
    const { seconds = 0 } = measure("target-registration", mood);

    it(`takes ${seconds} seconds, and no connection comes before`, async () => {
      await setAhead(aws.url, seconds / 2);
      assert.deepEqual(await health(), ["initial", "Elb.RegistrationInProgress"]);
      assert.deepEqual(await served(), []);
      await setAhead(aws.url, seconds);
      assert.deepEqual(await health(), ["healthy", undefined]);
      assert.deepEqual(await served(), [instance]);
    });

    it("is not made longer by a second request for the same target", async () => {
      await elb.registerTargets({ TargetGroupArn: arn, Targets: [{ Id: instance }] });
      assert.deepEqual(await health(), ["healthy", undefined]);
    });
  });
}
