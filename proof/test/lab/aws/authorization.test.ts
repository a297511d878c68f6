import assert from "node:assert/strict";
import { denial, type Caller } from "../../../lab/aws/permissions/authorization";
import { parsePolicy, type Permission } from "../../../lab/aws/permissions/policy";

const arn = "arn:aws:iam::123456789012:role/node";
const root = "arn:aws:iam::123456789012:root";
const statement = (fields: object) =>
  parsePolicy("a policy", {
    Version: "2012-10-17",
    Statement: { Effect: "Allow", Action: "*", Resource: "*", ...fields },
  });
const role = (...statements: ReturnType<typeof statement>): Caller => ({
  kind: "role",
  name: "node",
  arn,
  statements,
});
const context = { "aws:securetransport": ["true"] };
const get: Permission = { action: "s3:GetObject", resource: "arn:aws:s3:::store/key", context };
const decrypt: Permission = {
  action: "kms:Decrypt",
  resource: "arn:aws:kms:us-east-1:123456789012:key/1",
  context,
};
const bucketPolicy = (fields: object) => ({ of: "bucket" as const, statements: statement(fields) });
const keyPolicy = (fields: object) => ({ of: "key" as const, statements: statement(fields) });
const mayGet = statement({ Action: "s3:GetObject" });
const mayDecrypt = statement({ Action: "kms:Decrypt" });

describe("a call", () => {
  it("is denied in AWS's words unless a policy allows it", () => {
    assert.equal(
      denial(role(), { permission: get }),
      `User: ${arn} is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::store/key ` +
        "because no identity-based policy allows the s3:GetObject action",
    );
    assert.equal(denial(role(...mayGet), { permission: get }), undefined);
  });

  it("is allowed by the bucket's policy too, and denied by it whatever the role may", () => {
    const named = bucketPolicy({ Principal: { AWS: arn } });
    assert.equal(denial(role(), { permission: get, resourcePolicy: named }), undefined);
    const denied = bucketPolicy({ Effect: "Deny", Principal: "*" });
    assert.match(denial(role(...mayGet), { permission: get, resourcePolicy: denied })!, /explicit deny/);
  });

  it("is not denied by the condition that all requests be TLS", () => {
    const tls = { Effect: "Deny", Principal: "*", Condition: { Bool: { "aws:SecureTransport": "false" } } };
    const resourcePolicy = bucketPolicy(tls);
    assert.equal(denial(role(...mayGet), { permission: get, resourcePolicy }), undefined);
    const plain = { ...get, context: { "aws:securetransport": ["false"] } };
    assert.match(denial(role(...mayGet), { permission: plain, resourcePolicy })!, /explicit deny/);
  });

  it("of nobody reads what is public, and nothing else", () => {
    const anyone: Caller = { kind: "anonymous" };
    assert.match(denial(anyone, { permission: get })!, /^An anonymous user is not authorized/);
    assert.equal(
      denial(anyone, { permission: get, resourcePolicy: bucketPolicy({ Principal: "*" }) }),
      undefined,
    );
    const account = bucketPolicy({ Principal: { AWS: root } });
    assert.notEqual(denial(anyone, { permission: get, resourcePolicy: account }), undefined);
  });
});

describe("a KMS key", () => {
  it("leaves the decision to the role's policies if its own names the account", () => {
    const resourcePolicy = keyPolicy({ Principal: { AWS: root } });
    assert.equal(denial(role(...mayDecrypt), { permission: decrypt, resourcePolicy }), undefined);
    assert.match(denial(role(), { permission: decrypt, resourcePolicy })!, /no identity-based policy/);
  });

  it("is closed to a role that its policy does not know, whatever the role may", () => {
    const other = keyPolicy({ Principal: { AWS: "arn:aws:iam::123456789012:role/other" } });
    const answer = denial(role(...mayDecrypt), { permission: decrypt, resourcePolicy: other });
    assert.match(answer!, /no resource-based policy allows the kms:Decrypt action/);
    const named = keyPolicy({ Principal: { AWS: arn } });
    assert.equal(denial(role(), { permission: decrypt, resourcePolicy: named }), undefined);
  });
});
