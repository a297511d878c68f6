import assert from "node:assert/strict";
import { effectOf, parsePolicy, type Permission } from "../../../lab/aws/permissions/policy";

const permission = (action: string, resource: string, context: Permission["context"] = {}): Permission => ({
  action,
  resource,
  context,
});

function effect(statement: object, asked: Permission, principals?: string[]) {
  return effectOf(
    parsePolicy("a policy", { Version: "2012-10-17", Statement: statement }),
    asked,
    principals,
  );
}

describe("a policy's statements", () => {
  const read = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::store/etcd/*.json" };

  it("speak of actions in any case, and of resources exactly", () => {
    assert.equal(effect(read, permission("s3:getobject", "arn:aws:s3:::store/etcd/formed.json")), "Allow");
    assert.equal(effect(read, permission("s3:GetObject", "arn:aws:s3:::store/Etcd/formed.json")), undefined);
    assert.equal(
      effect(read, permission("s3:GetObjectVersion", "arn:aws:s3:::store/etcd/a.json")),
      undefined,
    );
    assert.equal(effect(read, permission("s3:GetObject", "arn:aws:s3:::store/etcd/ajson")), undefined);
  });

  it("take * for any text, slashes too, and ? for one character", () => {
    const some = { Effect: "Allow", Action: "s3:Get*", Resource: "arn:aws:s3:::store/?/*" };
    assert.equal(effect(some, permission("s3:GetObjectVersion", "arn:aws:s3:::store/a/b/c")), "Allow");
    assert.equal(effect(some, permission("s3:GetObject", "arn:aws:s3:::store/ab/c")), undefined);
    assert.equal(effect(some, permission("s3:PutObject", "arn:aws:s3:::store/a/c")), undefined);
  });

  it("allow actions without resources only on *", () => {
    const look = (Resource: string) => ({ Effect: "Allow", Action: "ec2:DescribeInstances", Resource });
    assert.equal(effect(look("*"), permission("ec2:DescribeInstances", "*")), "Allow");
    assert.equal(
      effect(look("arn:aws:ec2:*:*:instance/*"), permission("ec2:DescribeInstances", "*")),
      undefined,
    );
  });

  it("deny more strongly than they allow, in whichever order", () => {
    const deny = { ...read, Effect: "Deny" };
    const asked = permission("s3:GetObject", "arn:aws:s3:::store/etcd/formed.json");
    assert.equal(effect([read, deny], asked), "Deny");
    assert.equal(effect([deny, read], asked), "Deny");
  });

  it("are for the principals that they name", () => {
    const role = "arn:aws:iam::123456789012:role/node";
    const asked = permission("s3:GetObject", "arn:aws:s3:::store/etcd/formed.json");
    assert.equal(effect({ ...read, Principal: { AWS: [role] } }, asked, [role]), "Allow");
    assert.equal(effect({ ...read, Principal: "*" }, asked, [role, "*"]), "Allow");
    assert.equal(effect({ ...read, Principal: { Service: "ec2.amazonaws.com" } }, asked, [role]), undefined);
    assert.equal(effect(read, asked, [role]), undefined);
  });
});

describe("a policy's conditions", () => {
  const under = (Condition: object) => ({
    Effect: "Allow",
    Action: "s3:ListBucket",
    Resource: "*",
    Condition,
  });
  const list = (...prefix: string[]) =>
    permission("s3:ListBucket", "arn:aws:s3:::store", { "s3:prefix": prefix });

  it("compare strings as they are, or as patterns", () => {
    assert.equal(effect(under({ StringEquals: { "s3:prefix": "etcd/*" } }), list("etcd/form")), undefined);
    assert.equal(
      effect(under({ StringLike: { "s3:prefix": ["pki/*", "etcd/*"] } }), list("etcd/form")),
      "Allow",
    );
    assert.equal(effect(under({ StringLike: { "S3:Prefix": "etcd/*" } }), list("pki/")), undefined);
  });

  it("do not hold for a key that the request does not have", () => {
    assert.equal(effect(under({ StringLike: { "s3:prefix": "*" } }), list()), undefined);
    assert.equal(effect(under({ Null: { "s3:prefix": "true" } }), list()), "Allow");
    assert.equal(effect(under({ Null: { "s3:prefix": "false" } }), list()), undefined);
  });

  it("hold for all values or for any", () => {
    const allOrAny = (set: string) => under({ [`${set}:StringEquals`]: { "s3:prefix": ["a", "b"] } });
    assert.equal(effect(allOrAny("ForAllValues"), list("a", "b")), "Allow");
    assert.equal(effect(allOrAny("ForAllValues"), list("a", "c")), undefined);
    assert.equal(effect(allOrAny("ForAllValues"), list()), "Allow");
    assert.equal(effect(allOrAny("ForAnyValue"), list("c", "a")), "Allow");
    assert.equal(effect(allOrAny("ForAnyValue"), list()), undefined);
  });

  it("all have to hold", () => {
    const both = under({
      StringLike: { "s3:prefix": "e*" },
      "ForAnyValue:StringLike": { "s3:prefix": "*d" },
    });
    assert.equal(effect(both, list("etcd")), "Allow");
    assert.equal(effect(both, list("etc")), undefined);
  });

  it("are refused if the lab does not know them, where they matter", () => {
    const unknown = under({ IpAddress: { "s3:prefix": "10.0.0.0/8" } });
    assert.throws(() => effect(unknown, list("etcd")), /does not know the condition operator IpAddress/);
    assert.equal(effect(unknown, permission("s3:GetObject", "*")), undefined);
    const key = under({ StringEquals: { "aws:PrincipalTag/team": "a" } });
    assert.throws(
      () => effect(key, list("etcd")),
      /does not know the condition key aws:PrincipalTag\/team of s3:ListBucket/,
    );
  });
});

describe("a policy document", () => {
  it("is refused with its name if it has elements that the lab does not know", () => {
    const statement = { Effect: "Allow", NotAction: "iam:*", Resource: "*" };
    assert.throws(
      () => parsePolicy("policy node of role a", { Version: "2012-10-17", Statement: [statement] }),
      /the lab cannot read policy node of role a: .*NotAction/s,
    );
    const variable = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::${aws:username}/*" };
    assert.throws(
      () => effect(variable, permission("s3:GetObject", "arn:aws:s3:::a/b")),
      /does not know policy variables/,
    );
  });
});
