import { EC2 } from "@aws-sdk/client-ec2";
import { Route53 } from "@aws-sdk/client-route-53";
import assert from "node:assert/strict";
import { findPython } from "../../local/aws/python";
import { listLeftovers } from "../../local/leftovers";
import { authorization, region, withLocalAws } from "./localAws";

describe("what a destroyed stack left", () => {
  const aws = withLocalAws();

  async function leftovers() {
    return (await listLeftovers(await findPython(console.log), aws.url, region)).map(
      ({ kind, id }) => `${kind} ${id}`,
    );
  }

  it("is nothing in a fresh account", async () => {
    assert.deepEqual(await leftovers(), []);
  });

  it("is found in each service, with and without tags, and gone once deleted", async () => {
    const ec2 = new EC2({});
    const { Vpc } = await ec2.createVpc({ CidrBlock: "10.0.0.0/16" });
    const { PublicIp, AllocationId } = await ec2.allocateAddress({ Domain: "vpc" });
    const { KeyMetadata } = await call<{ KeyMetadata: { KeyId: string } }>(
      "kms",
      "TrentService.CreateKey",
      {},
    );
    await call("sqs", "AmazonSQS.CreateQueue", { QueueName: "dead-letters" });
    await call("logs", "Logs_20140328.CreateLogGroup", { logGroupName: "/aws/lambda/discovery" });
    await call("events", "AWSEvents.PutRule", {
      Name: "launches",
      EventPattern: '{"source":["aws.autoscaling"]}',
    });
    const { HostedZone } = await new Route53({}).createHostedZone({
      Name: "demo.example",
      CallerReference: "1",
    });
    await fetch(`${aws.url}/demo-nodes`, { method: "PUT" });

    assert.deepEqual((await leftovers()).sort(), [
      `EC2 VPC ${Vpc?.VpcId}`,
      `EC2 elastic address ${PublicIp}`,
      "EventBridge rule launches",
      `KMS key ${KeyMetadata.KeyId}`,
      "Route53 zone demo.example.",
      "S3 bucket demo-nodes",
      `SQS queue ${aws.url}/123456789012/dead-letters`,
      "log group /aws/lambda/discovery",
    ]);

    await ec2.deleteVpc({ VpcId: Vpc?.VpcId });
    await ec2.releaseAddress({ AllocationId });
    await call("kms", "TrentService.ScheduleKeyDeletion", { KeyId: KeyMetadata.KeyId });
    await call("sqs", "AmazonSQS.DeleteQueue", { QueueUrl: `${aws.url}/123456789012/dead-letters` });
    await call("logs", "Logs_20140328.DeleteLogGroup", { logGroupName: "/aws/lambda/discovery" });
    await call("events", "AWSEvents.DeleteRule", { Name: "launches" });
    await new Route53({}).deleteHostedZone({ Id: HostedZone?.Id });
    await fetch(`${aws.url}/demo-nodes`, { method: "DELETE" });
    assert.deepEqual(await leftovers(), []);
  });

  it("does not count what AWS keeps by itself: its own keys, and interfaces of what is gone", async () => {
    const ec2 = new EC2({});
    const { VpcId } = (await ec2.createVpc({ CidrBlock: "10.1.0.0/16" })).Vpc ?? {};
    const { SubnetId } = (await ec2.createSubnet({ VpcId, CidrBlock: "10.1.0.0/24" })).Subnet ?? {};
    const { AllocationId } = await ec2.allocateAddress({ Domain: "vpc" });
    const { NatGatewayId } = (await ec2.createNatGateway({ SubnetId, AllocationId })).NatGateway ?? {};
    const volume = await ec2.createVolume({ AvailabilityZone: `${region}a`, Size: 1, Encrypted: true });
    await ec2.deleteVolume({ VolumeId: volume.VolumeId });
    await ec2.deleteNatGateway({ NatGatewayId });
    await ec2.releaseAddress({ AllocationId });
    await ec2.deleteSubnet({ SubnetId });
    await ec2.deleteVpc({ VpcId });
    assert.deepEqual(await leftovers(), []);
  });

  it("is an error, not nothing, when a service does not answer", async () => {
    await assert.rejects(listLeftovers(await findPython(console.log), "http://127.0.0.1:1", region));
  });

  /** A call in AWS's JSON protocol, for services that the project has no client of. */
  async function call<Answer>(service: string, target: string, body: object): Promise<Answer> {
    const response = await fetch(aws.url, {
      method: "POST",
      body: JSON.stringify(body),
      headers: {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": target,
        Authorization: authorization(service),
      },
    });
    const text = await response.text();
    assert.ok(response.ok, `${target}: ${text}`);
    return JSON.parse(text || "{}") as Answer;
  }
});
