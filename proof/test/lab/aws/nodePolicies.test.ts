import assert from "node:assert/strict";
import {
  controllerStatements,
  workerStatements,
  type NodeScope,
} from "../../../../components/nodes/nodePolicies";
import { denial, type Caller } from "../../../lab/aws/permissions/authorization";
import { parsePolicy, type Statement } from "../../../lab/aws/permissions/policy";
import { requiredPermissions } from "../../../lab/aws/permissions/requiredPermissions";
import type { ServiceCall } from "../../../lab/aws/serviceCall";
import { call, deployed, keyArn, queryCall } from "./calls";

const facts: NodeScope = {
  cluster: "blue",
  partition: "aws",
  region: "us-east-1",
  accountId: "123456789012",
  bucket: "store",
  logGroup: "blue-nodes",
  keyArn,
  group: "blue-controllers",
  configFolder: "ignition/controller/",
};
const worker = { ...facts, group: "blue-pool-a", configFolder: "ignition/pool-a/" };
const store = { bucket: "store" };

function role(statements: object[]): Caller {
  const document = { Version: "2012-10-17", Statement: statements };
  return {
    kind: "role",
    name: "node",
    arn: "arn:aws:iam::123456789012:role/node",
    statements: parsePolicy("the node's policy", document),
  };
}

const account: Statement[] = parsePolicy("the key's policy", {
  Version: "2012-10-17",
  Statement: {
    Effect: "Allow",
    Principal: { AWS: "arn:aws:iam::123456789012:root" },
    Action: "kms:*",
    Resource: "*",
  },
});

async function mayMake(caller: Caller, asked: ServiceCall): Promise<boolean> {
  const denials = (await requiredPermissions(asked, deployed)).map((permission) =>
    denial(caller, {
      permission,
      resourcePolicy: permission.action.startsWith("kms:") ? { of: "key", statements: account } : undefined,
    }),
  );
  return denials.every((message) => message === undefined);
}

const object = (key: string) => call("s3", "GET", `/${key}`, store);
const put = (key: string) => call("s3", "PUT", `/${key}`, store);
const complete = (group: string) =>
  queryCall("autoscaling", { Action: "CompleteLifecycleAction", AutoScalingGroupName: group });
const report = (stream: string, logGroupName = "blue-nodes") =>
  ["CreateLogStream", "PutLogEvents"].map((action) =>
    call("logs", "POST", "/", {
      headers: { "x-amz-target": `Logs_20140328.${action}` },
      body: JSON.stringify({ logGroupName, logStreamName: stream }),
    }),
  );
const password = call("ecr", "POST", "/", {
  headers: { "x-amz-target": "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken" },
});

describe("a controller's role", () => {
  const controller = role(controllerStatements(facts));

  it("makes the calls of the controllers' scripts", async () => {
    const calls = [
      call("s3", "GET", "/ignition/controller/0f1e.ign?x-id=GetObject", store),
      object("etcd/formation-2.json"),
      object("etcd/formed-2.json"),
      put("etcd/formation-1.json"),
      put("etcd/snapshots/2026-11-23T00-00-00Z-i-1.db"),
      put("bootstrap/blue-pool-a/token"),
      object("bootstrap/blue-pool-a/token"),
      call("s3", "GET", "/?list-type=2&prefix=etcd%2Fform", store),
      call("s3", "GET", "/?list-type=2&prefix=etcd%2Fsnapshots%2F&start-after=etcd%2Fsnapshots%2Fa", store),
      queryCall("autoscaling", { Action: "DescribeAutoScalingInstances" }),
      queryCall("autoscaling", { Action: "DescribeAutoScalingGroups" }),
      queryCall("ec2", { Action: "DescribeInstances" }),
      complete("blue-controllers"),
      complete("blue-pool-a"),
      ...report("blue-controllers/i-1"),
      password,
    ];
    for (const each of calls)
      assert.ok(await mayMake(controller, each), `${each.url} ${each.body.toString()}`);
  });

  it("makes no others", async () => {
    const calls = [
      object("ignition/pool-a/0f1e.ign"),
      object("pki/nothing"),
      put("etcd/other"),
      put("pki/etcd-ca.crt"),
      call("s3", "GET", "/?list-type=2", store),
      call("s3", "GET", "/?list-type=2&prefix=pki%2F", store),
      call("s3", "HEAD", "/", store),
      object("etcd/formed-1.json?versionId=1"),
      ...report("blue-pool-a/i-1"),
      ...report("blue-controllers/i-1", "red-nodes"),
      complete("red-controllers"),
      complete("blue-controllers-2"),
    ];
    for (const each of calls)
      assert.ok(!(await mayMake(controller, each)), `${each.url} ${each.body.toString()}`);
  });
});

describe("a worker's role", () => {
  const node = role(workerStatements(worker));

  it("reads its configuration and its pool's token, and completes its own group's hooks", async () => {
    const calls = [
      object("ignition/pool-a/0f1e.ign"),
      object("bootstrap/blue-pool-a/token"),
      complete("blue-pool-a"),
      ...report("blue-pool-a/i-1"),
      password,
    ];
    for (const each of calls) assert.ok(await mayMake(node, each), each.url);
  });

  it("has nothing to do with etcd, other groups and their tokens", async () => {
    const calls = [
      object("etcd/formed-1.json"),
      put("bootstrap/blue-pool-a/token"),
      object("bootstrap/blue-pool-a-2/token"),
      object("bootstrap/blue-pool-b/token"),
      object("bootstrap/token"),
      ...report("blue-pool-b/i-1"),
      complete("blue-pool-b"),
      complete("blue-controllers"),
      queryCall("ec2", { Action: "DescribeInstances" }),
    ];
    for (const each of calls) assert.ok(!(await mayMake(node, each)), each.url);
  });
});
