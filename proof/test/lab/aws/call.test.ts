import assert from "node:assert/strict";
import { endpointOf } from "../../../lab/aws/call";

describe("AWS's host names", () => {
  it("tell the service and the region", () => {
    assert.deepEqual(endpointOf("ec2.us-east-1.amazonaws.com"), { service: "ec2", region: "us-east-1" });
    assert.deepEqual(endpointOf("api.ecr.eu-west-1.amazonaws.com"), { service: "ecr", region: "eu-west-1" });
    assert.deepEqual(endpointOf("route53.amazonaws.com"), { service: "route53", region: undefined });
  });

  it("of S3 tell the bucket too, if there is one", () => {
    const s3 = { service: "s3", region: "us-east-1" };
    assert.deepEqual(endpointOf("my.store.s3.us-east-1.amazonaws.com:443"), { ...s3, bucket: "my.store" });
    assert.deepEqual(endpointOf("store.s3.dualstack.us-east-1.amazonaws.com"), { ...s3, bucket: "store" });
    assert.deepEqual(endpointOf("s3.us-east-1.amazonaws.com"), { ...s3, bucket: undefined });
  });

  it("are no others", () => assert.equal(endpointOf("127.0.0.1:4567"), undefined));
});
