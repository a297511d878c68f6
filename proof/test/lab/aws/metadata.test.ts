import assert from "node:assert/strict";
import { targetOf, type InstanceFacts } from "../../../lab/aws/metadata/instances";
import { metadataAt, metadataTree } from "../../../lab/aws/metadata/metadata";

const instance: InstanceFacts = {
  id: "i-1",
  privateIp: "10.0.0.5",
  privateDnsName: "ip-10-0-0-5.ec2.internal",
  mac: "02:00:00:00:00:05",
  instanceType: "m7i.large",
  imageId: "ami-1",
  architecture: "x86_64",
  availabilityZone: "us-east-1a",
  region: "us-east-1",
  accountId: "123456789012",
  launchTime: new Date("2026-11-23T10:00:00.123Z"),
  profile: {
    arn: "arn:aws:iam::123456789012:instance-profile/node",
    id: "AIPA1",
    role: { name: "node", arn: "arn:aws:iam::123456789012:role/node" },
  },
  targetLifecycleState: "InService",
  metadata: { isEnabled: true, needsToken: true, hopLimit: 1 },
};
const credentials = {
  roleName: "node",
  accessKeyId: "ASIA1",
  secretAccessKey: "secret",
  sessionToken: "token",
  issued: new Date("2026-11-23T10:00:00Z"),
  expiration: new Date("2026-11-23T16:00:00Z"),
};
const tree = metadataTree(instance, credentials, Buffer.from("{}"));
const at = (path: string) => metadataAt(tree, path)?.toString();

describe("instance metadata", () => {
  it("tells what the instance is, under latest and under dates", () => {
    assert.equal(at("/latest/meta-data/instance-id"), "i-1");
    assert.equal(at("/latest/meta-data/local-ipv4"), "10.0.0.5");
    assert.equal(at("/2021-03-23/meta-data/placement/availability-zone"), "us-east-1a");
    assert.equal(at("/latest/meta-data/autoscaling/target-lifecycle-state"), "InService");
    assert.equal(at("/2019-10-01/user-data"), "{}");
  });

  it("lists what there is", () => {
    assert.equal(at("/latest/"), "dynamic/\nmeta-data/\nuser-data");
    assert.equal(at("/latest/meta-data/placement/"), "availability-zone\nregion");
    assert.equal(at("/latest/meta-data/iam/security-credentials/"), "node");
    assert.equal(at("/latest/meta-data/iam/security-credentials"), "node");
    assert.match(at("/latest/meta-data/")!, /^ami-id\nautoscaling\/\nhostname\niam\/\ninstance-id\n/);
  });

  it("tells when EC2 takes the instance back, and nothing of it before", () => {
    const taken = metadataTree(instance, credentials, Buffer.of(), new Date("2026-11-23T12:00:00.500Z"));
    const path = "/latest/meta-data/spot/instance-action";
    assert.deepEqual(JSON.parse(String(metadataAt(taken, path))), {
      action: "terminate",
      time: "2026-11-23T12:00:00Z",
    });
    assert.equal(at(path), undefined);
  });

  it("has nothing else", () => {
    for (const path of ["/latest/meta-data/instance", "/latest/meta-data/spot/", "/meta-data/", "/latest"])
      assert.equal(at(path), undefined, path);
    const bare = { ...instance, profile: undefined, targetLifecycleState: undefined };
    const without = metadataTree(bare, undefined, Buffer.of());
    for (const path of ["user-data", "meta-data/iam/", "meta-data/autoscaling/target-lifecycle-state"])
      assert.equal(metadataAt(without, `/latest/${path}`), undefined, path);
  });

  it("gives the role's credentials", () => {
    assert.deepEqual(JSON.parse(at("/latest/meta-data/iam/security-credentials/node")!), {
      Code: "Success",
      LastUpdated: "2026-11-23T10:00:00Z",
      Type: "AWS-HMAC",
      AccessKeyId: "ASIA1",
      SecretAccessKey: "secret",
      Token: "token",
      Expiration: "2026-11-23T16:00:00Z",
    });
  });

  it("has the identity document", () => {
    const { region, instanceId, pendingTime } = JSON.parse(at("/latest/dynamic/instance-identity/document")!);
    assert.deepEqual([region, instanceId, pendingTime], ["us-east-1", "i-1", "2026-11-23T10:00:00Z"]);
  });

  it("tells where Auto Scaling leads the instance", () => {
    for (const state of ["Pending", "Pending:Wait", "Pending:Proceed", "InService"])
      assert.equal(targetOf(state), "InService", state);
    for (const state of ["Terminating", "Terminating:Wait", "Terminating:Proceed", "Terminated"])
      assert.equal(targetOf(state), "Terminated", state);
    assert.throws(() => targetOf("Standby"), /does not know where the lifecycle state Standby leads/);
  });
});
