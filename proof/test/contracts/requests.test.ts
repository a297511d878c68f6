import { EC2 } from "@aws-sdk/client-ec2";
import { IAM } from "@aws-sdk/client-iam";
import { Route53 } from "@aws-sdk/client-route-53";
import { S3 } from "@aws-sdk/client-s3";
import { SQS } from "@aws-sdk/client-sqs";
import * as assert from "node:assert/strict";
import { checkedLines, checkedRequests, together } from "../../local/aws/checkedRequests";
import { authorization, withLocalAws } from "../local/localAws";

interface Sent {
  readonly headers?: Record<string, string>;
  readonly body: string | URLSearchParams;
}

describe("Requests, by AWS's service models", () => {
  const aws = withLocalAws();

  /** The faults that a request adds. */
  async function faultsOf(service: string, request: Sent): Promise<string[]> {
    const before = await checkedRequests(aws.url);
    const headers = { ...request.headers, authorization: authorization(service) };
    await fetch(aws.url, { method: "POST", ...request, headers });
    const { faults } = await checkedRequests(aws.url);
    return faults.slice(before.faults.length);
  }
  const form = (parameters: Record<string, string>) => ({ body: new URLSearchParams(parameters) });

  it("of SDKs are counted by operation, in each of AWS's protocols, and have no fault", async () => {
    await new EC2({}).createVpc({ CidrBlock: "10.0.0.0/16" });
    await new IAM({}).listRoles({ PathPrefix: "/" });
    await new Route53({}).createHostedZone({ Name: "a.example", CallerReference: "a" });
    await new SQS({}).createQueue({ QueueName: "letters", Attributes: { VisibilityTimeout: "30" } });
    const s3 = new S3({ forcePathStyle: true });
    await s3.createBucket({
      Bucket: "objects",
      CreateBucketConfiguration: { LocationConstraint: "eu-central-1" },
    });
    await s3.putObject({ Bucket: "objects", Key: "a/b", Body: "text" });

    const found = await checkedRequests(aws.url);
    assert.deepEqual(found, {
      operations: {
        "ec2 CreateVpc": 1,
        "iam ListRoles": 1,
        "route53 CreateHostedZone": 1,
        "sqs CreateQueue": 1,
        "s3 CreateBucket": 1,
        "s3 PutObject": 1,
      },
      faults: [],
    });
    assert.deepEqual(checkedLines(found), [
      "6 requests of 6 operations: all as AWS's service models have them",
    ]);
  });

  it("have a fault with a name that is no parameter, in a form and in JSON", async () => {
    const version = "2011-01-01";
    assert.deepEqual(
      await faultsOf(
        "autoscaling",
        form({ Action: "DescribeAutoScalingGroups", Version: version, MaxRecord: "5" }),
      ),
      ["autoscaling DescribeAutoScalingGroups: MaxRecord is no parameter"],
    );
    assert.deepEqual(
      await faultsOf("events", {
        headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": "AWSEvents.ListRules" },
        body: JSON.stringify({ Prefix: "a" }),
      }),
      ["events ListRules: Prefix is no parameter"],
    );
  });

  it("have a fault for each parameter that is missing, or unlike its pattern, its lengths or its enumeration", async () => {
    const faults = [
      ...(await faultsOf("iam", form({ Action: "CreateRole", Version: "2010-05-08", RoleName: "a role" }))),
      ...(await faultsOf(
        "ec2",
        form({
          Action: "CreateVpc",
          Version: "2016-11-15",
          CidrBlock: "10.0.0.0/16",
          InstanceTenancy: "none",
        }),
      )),
      ...(await faultsOf(
        "autoscaling",
        form({
          Action: "DeleteAutoScalingGroup",
          Version: "2011-01-01",
          AutoScalingGroupName: "a".repeat(256),
        }),
      )),
    ];
    assert.deepEqual(faults, [
      "iam CreateRole: AssumeRolePolicyDocument is missing",
      "iam CreateRole: RoleName is 'a role', unlike [\\w+=,.@-]+",
      "ec2 CreateVpc: InstanceTenancy is 'none', none of default, dedicated, host",
      "autoscaling DeleteAutoScalingGroup: AutoScalingGroupName has the size 256, outside 1 to 255",
    ]);
  });

  it("of several local AWSs are told as one, each fault once", () => {
    const one = { operations: { "s3 GetObject": 2 }, faults: ["s3 GetObject: Key is missing"] };
    const other = { operations: { "s3 GetObject": 3, "s3 PutObject": 1 }, faults: one.faults };
    assert.deepEqual(checkedLines(together([one, other])), [
      "6 requests of 2 operations: not valid: 1",
      "  s3 GetObject: Key is missing",
    ]);
  });
});
