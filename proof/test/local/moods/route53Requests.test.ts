import { IAM } from "@aws-sdk/client-iam";
import { Route53 } from "@aws-sdk/client-route-53";
import assert from "node:assert/strict";
import { handlerFactory } from "../../../../lambda/handler";
import { resolverKeyId } from "../../../local/aws/environment";
import { makeSubnets, TestGroup } from "../autoScalingGroup";
import { withLocalAws } from "../localAws";
import { measure } from "./mood";

/** How many of so many requests at the same time are taken, without a second try. */
async function taken(requests: number, accessKeyId = "local"): Promise<number> {
  const route53 = new Route53({ maxAttempts: 1, credentials: { accessKeyId, secretAccessKey: "none" } });
  const answers = await Promise.allSettled(
    Array.from({ length: requests }, async () => route53.listHostedZones({})),
  );
  for (const answer of answers) {
    if (answer.status === "rejected")
      assert.match(String(answer.reason), /^Throttling(Exception)?: Rate exceeded/);
  }
  return answers.filter(({ status }) => status === "fulfilled").length;
}

describe("requests to Route 53, if the mood is instant", () => {
  withLocalAws();

  it("are all taken", async () => {
    assert.equal(await taken(100), 100);
  });
});

for (const mood of ["typical", "worst"] as const) {
  describe(`requests to Route 53, if the mood is ${mood}`, () => {
    withLocalAws(["--machines", "--mood", mood]);
    const { requests = 0, perSecond = 0 } = measure("route53-requests", mood);

    it(`are taken as long as the account's bucket of ${requests} has tokens`, async () => {
      const began = Date.now();
      const count = await taken(requests * 4);
      const refilled = Math.ceil(((Date.now() - began) / 1000) * perSecond);
      assert.ok(count >= requests && count <= requests + refilled, `${count} of ${requests * 4} were taken`);
    });

    it("are not counted if DNS servers make them", async () => {
      assert.equal(await taken(requests * 4, resolverKeyId), requests * 4);
    });

    it("come through in the end if the discovery function makes them, while another program uses all tokens", async () => {
      const route53 = new Route53({ maxAttempts: 20 });
      const zone = await route53.createHostedZone({ Name: "demo.internal", CallerReference: "demo" });
      // Without the role, the first launches of an account fail, and the next ones come a minute later.
      await new IAM().createServiceLinkedRole({ AWSServiceName: "autoscaling.amazonaws.com" });
      const group = await new TestGroup("controllers").createInService(await makeSubnets());
      Object.assign(process.env, {
        GROUP_NAME: group.name,
        ZONE_ID: zone.HostedZone?.Id?.replace("/hostedzone/", ""),
        ZONE_NAME: "demo.internal",
      });
      await taken(requests * 4);
      await handlerFactory()();
      const { ResourceRecordSets = [] } = await route53.listResourceRecordSets({
        HostedZoneId: zone.HostedZone?.Id,
      });
      const ids = await group.ids("InService");
      const names = ResourceRecordSets.map(({ Name = "" }) => Name);
      assert.ok(ids.length > 0);
      for (const id of ids) assert.ok(names.includes(`${id}.etcd.demo.internal.`), names.join(" "));
    });
  });
}
