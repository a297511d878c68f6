import assert from "node:assert/strict";
import { requiredPermissions } from "../../../lab/aws/permissions/requiredPermissions";
import type { ServiceCall } from "../../../lab/aws/serviceCall";
import { call, deployed, groupArn, keyArn, queryCall } from "./calls";

async function rights(asked: ServiceCall): Promise<string[]> {
  const permissions = await requiredPermissions(asked, deployed);
  return permissions.map(({ action, resource }) => `${action} ${resource}`);
}

describe("S3 asks for", () => {
  const store = { bucket: "store" };

  it("the object, and its key if it is under one", async () => {
    const object = "arn:aws:s3:::store/etcd/formation-1.json";
    const read = [`s3:GetObject ${object}`, `kms:Decrypt ${keyArn}`];
    assert.deepEqual(await rights(call("s3", "GET", "/etcd/formation-1.json", store)), read);
    assert.deepEqual(await rights(call("s3", "GET", "/store/etcd/formation-1.json?x-id=GetObject")), read);
    assert.deepEqual(await rights(call("s3", "PUT", "/etcd/formation-1.json", store)), [
      `s3:PutObject ${object}`,
      `kms:GenerateDataKey ${keyArn}`,
    ]);
    assert.deepEqual(await rights(call("s3", "GET", "/a%20b", { bucket: "other" })), [
      "s3:GetObject arn:aws:s3:::other/a b",
    ]);
  });

  it("a version by another action than the object", async () => {
    assert.deepEqual(await rights(call("s3", "GET", "/ignition/a.ign?versionId=1", store)), [
      "s3:GetObjectVersion arn:aws:s3:::store/ignition/a.ign",
      `kms:Decrypt ${keyArn}`,
    ]);
  });

  it("the bucket, with what is listed as conditions", async () => {
    const list = call("s3", "GET", "/?list-type=2&prefix=etcd%2Fsnapshots%2F&start-after=etcd%2Fs", store);
    const [{ action, resource, context }] = await requiredPermissions(list, deployed);
    assert.equal(`${action} ${resource}`, "s3:ListBucket arn:aws:s3:::store");
    assert.deepEqual(context["s3:prefix"], ["etcd/snapshots/"]);
    assert.deepEqual(await rights(call("s3", "HEAD", "/", store)), ["s3:ListBucket arn:aws:s3:::store"]);
  });

  it("what the lab knows, and it says what it does not know", async () => {
    const unknown = [
      call("s3", "GET", "/key?acl", store),
      call("s3", "GET", "/?versions", store),
      call("s3", "DELETE", "/key?tagging", store),
      call("s3", "PUT", "/key", { ...store, headers: { "x-amz-acl": "public-read" } }),
      call("s3", "GET", "/"),
    ];
    for (const each of unknown) {
      await assert.rejects(
        requiredPermissions(each, deployed),
        /the lab does not know which permission s3 .* needs/,
      );
    }
    await assert.rejects(
      requiredPermissions(unknown[0], deployed),
      /GET of an object with the parameters acl/,
    );
  });
});

describe("the other services ask for", () => {
  it("descriptions of everything", async () => {
    for (const action of ["DescribeAutoScalingInstances", "DescribeAutoScalingGroups"])
      assert.deepEqual(await rights(queryCall("autoscaling", { Action: action })), [
        `autoscaling:${action} *`,
      ]);
    assert.deepEqual(await rights(queryCall("ec2", { Action: "DescribeInstances" })), [
      "ec2:DescribeInstances *",
    ]);
  });

  it("the group whose hook is completed", async () => {
    const complete = (group: string) =>
      queryCall("autoscaling", { Action: "CompleteLifecycleAction", AutoScalingGroupName: group });
    assert.deepEqual(await rights(complete("blue-controllers")), [
      `autoscaling:CompleteLifecycleAction ${groupArn("blue-controllers")}`,
    ]);
    assert.deepEqual(await rights(complete("red")), [
      "autoscaling:CompleteLifecycleAction arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup::autoScalingGroupName/red",
    ]);
  });

  it("the zone, with the changes as conditions", async () => {
    const zone = "arn:aws:route53:::hostedzone/Z1";
    assert.deepEqual(await rights(call("route53", "GET", "/2013-04-01/hostedzone/Z1/rrset?type=A&name=a")), [
      `route53:ListResourceRecordSets ${zone}`,
    ]);
    const change = (action: string, name: string, type: string) =>
      `<Change><Action>${action}</Action><ResourceRecordSet><Name>${name}</Name><Type>${type}</Type></ResourceRecordSet></Change>`;
    const batch = (...changes: string[]) =>
      call("route53", "POST", "/2013-04-01/hostedzone/Z1/rrset/", {
        body:
          '<?xml version="1.0"?><ChangeResourceRecordSetsRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/">' +
          `<ChangeBatch><Changes>${changes.join("")}</Changes></ChangeBatch></ChangeResourceRecordSetsRequest>`,
      });
    const context = async (asked: ServiceCall) => {
      const [permission] = await requiredPermissions(asked, deployed);
      assert.equal(`${permission.action} ${permission.resource}`, `route53:ChangeResourceRecordSets ${zone}`);
      return Object.values(permission.context);
    };
    const two = batch(change("CREATE", "ETCD.a.example.", "A"), change("DELETE", "_s._tcp.a.example", "SRV"));
    assert.deepEqual(await context(two), [
      ["true"],
      ["etcd.a.example", "_s._tcp.a.example"],
      ["A", "SRV"],
      ["CREATE", "DELETE"],
    ]);
    assert.deepEqual(await context(batch(change("UPSERT", "a.example", "A"))), [
      ["true"],
      ["a.example"],
      ["A"],
      ["UPSERT"],
    ]);
  });

  it("the log stream, or nothing in particular", async () => {
    const json = (service: string, target: string, body: object) =>
      call(service, "POST", "/", { headers: { "x-amz-target": target }, body: JSON.stringify(body) });
    const stream = { logGroupName: "/aws/lambda/a", logStreamName: "s" };
    assert.deepEqual(await rights(json("logs", "Logs_20140328.PutLogEvents", stream)), [
      "logs:PutLogEvents arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/a:log-stream:s",
    ]);
    const target = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken";
    assert.deepEqual(await rights(json("ecr", target, {})), ["ecr:GetAuthorizationToken *"]);
  });

  it("what the lab knows, and it names what it does not know", async () => {
    const terminate = queryCall("ec2", { Action: "TerminateInstances" });
    await assert.rejects(
      requiredPermissions(terminate, deployed),
      /the lab does not know which permission ec2 TerminateInstances needs/,
    );
    await assert.rejects(
      requiredPermissions(call("route53", "DELETE", "/2013-04-01/hostedzone/Z1"), deployed),
      /DELETE/,
    );
    await assert.rejects(requiredPermissions(call("iam", "POST", "/"), deployed), /iam POST/);
  });
});
