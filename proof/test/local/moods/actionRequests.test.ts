import { EC2 } from "@aws-sdk/client-ec2";
import { KMS } from "@aws-sdk/client-kms";
import assert from "node:assert/strict";
import { observer } from "../../../local/aws/environment";
import { withLocalAws } from "../localAws";
import { measure, setAhead } from "./mood";

/** How many of so many calls at the same time are taken; every other one must be refused with `refusal`. */
async function taken(calls: number, call: () => Promise<unknown>, refusal: RegExp): Promise<number> {
  const answers = await Promise.allSettled(Array.from({ length: calls }, call));
  for (const answer of answers)
    if (answer.status === "rejected") assert.match(String(answer.reason), refusal);
  return answers.filter(({ status }) => status === "fulfilled").length;
}

const throttled = { ec2: /RequestLimitExceeded/, kms: /ThrottlingException: Rate exceeded/ };
const once = { maxAttempts: 1 };

/** Calls that empty the smallest buckets. */
const removeEndpoints = (calls: number, ec2 = new EC2(once)) =>
  taken(calls, async () => ec2.deleteVpcEndpoints({ VpcEndpointIds: ["vpce-0"] }), throttled.ec2);
const makeKeys = (calls: number, kms = new KMS(once)) =>
  taken(calls, async () => kms.createKey({}), throttled.kms);

describe("requests to EC2 and KMS, if the mood is instant", () => {
  withLocalAws();

  it("are all taken", async () => {
    assert.deepEqual([await removeEndpoints(20), await makeKeys(20)], [20, 20]);
  });
});

for (const mood of ["typical", "worst"] as const) {
  describe(`requests to EC2 and KMS, if the mood is ${mood}`, () => {
    const aws = withLocalAws(["--mood", mood]);
    const endpoints = measure("ec2-endpoint-requests", mood);
    const keys = measure("kms-changes", mood);

    /** Whether so many were taken, in so many seconds. */
    const isWithin = (count: number, { requests = 0, perSecond = 0 }: typeof keys, seconds: number) =>
      count >= requests && count <= requests + Math.ceil(seconds * perSecond);

    it("are taken as long as the bucket of their action has tokens", async () => {
      const began = Date.now();
      const counts = [await removeEndpoints(40), await makeKeys(60)];
      const seconds = (Date.now() - began) / 1000;
      assert.ok(isWithin(counts[0] ?? 0, endpoints, seconds), `${counts[0]} of 40 in ${seconds} s`);
      assert.ok(isWithin(counts[1] ?? 0, keys, seconds), `${counts[1]} of 60 in ${seconds} s`);
    });

    it("are taken if they are for another action, which has its own bucket", async () => {
      await removeEndpoints(20);
      assert.equal(await taken(20, async () => new EC2(once).describeVpcEndpoints({}), throttled.ec2), 20);
    });

    it("are not counted if a part of the lab or of a test makes them", async () => {
      assert.equal(await removeEndpoints(40, new EC2({ ...once, ...observer })), 40);
      assert.equal(await makeKeys(40, new KMS({ ...once, ...observer })), 40);
    });

    it("are taken again when the bucket has filled up", async () => {
      const { requests = 0, perSecond = 1 } = endpoints;
      await removeEndpoints(20);
      await setAhead(aws.url, Math.ceil(requests / perSecond));
      assert.equal(await removeEndpoints(requests), requests);
    });
  });
}
