import { EC2 } from "@aws-sdk/client-ec2";
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { authenticate } from "../../../lab/aws/credentials/authentication";
import { endpointOf, receive, type Call } from "../../../lab/aws/call";

const now = new Date("2026-11-23T12:00:00Z");
const credentials = {
  roleName: "node",
  accessKeyId: "ASIA1",
  secretAccessKey: "secret/with+signs",
  sessionToken: "token/with+signs==",
  issued: new Date("2026-11-23T10:00:00Z"),
  expiration: new Date("2026-11-23T16:00:00Z"),
};

/** A call that the AWS SDK makes and signs at that moment, as a server receives it. */
async function signedCall(time: Date, region = "us-east-1"): Promise<Call> {
  let received: Promise<Call> | undefined;
  const server = createServer((request, response) => {
    received = receive(request);
    void received.then(() => response.writeHead(400, { connection: "close" }).end());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const systemClockOffset = time.getTime() - Date.now();
  const ec2 = new EC2({ endpoint, region, credentials, systemClockOffset, maxAttempts: 1 });
  await ec2.describeInstances({ InstanceIds: ["i-1"] }).catch(() => undefined);
  server.close();
  assert.ok(received);
  return received;
}

async function outcome(call: Call, host?: string, at = now): Promise<unknown> {
  const endpoint = host === undefined ? undefined : endpointOf(host);
  const known = (id: string) => Promise.resolve(id === credentials.accessKeyId ? credentials : undefined);
  const signer = await authenticate(call, endpoint, "us-east-1", known, at);
  return "reason" in signer ? signer.reason : signer;
}

describe("a signed call", () => {
  let call: Call;
  before(async () => (call = await signedCall(now)));

  it("is its role's, for the service that it is signed for", async () => {
    assert.deepEqual(await outcome(call), { service: "ec2", roleName: "node" });
  });

  it("is for one service in one region", async () => {
    assert.equal(await outcome(call, "autoscaling.us-east-1.amazonaws.com"), "wrongSignature");
    assert.equal(await outcome(call, "ec2.eu-west-1.amazonaws.com"), "wrongSignature");
    assert.equal(await outcome(await signedCall(now, "eu-west-1")), "wrongSignature");
  });

  it("is refused if anything in it is changed", async () => {
    const changed: Partial<Call>[] = [
      { body: Buffer.from(call.body.toString().replace("i-1", "i-2")) },
      { method: "GET" },
      { path: "/other" },
      { query: new URLSearchParams("a=b") },
      { headers: { ...call.headers, "x-amz-acl": "public-read" } },
      { headers: { ...call.headers, "x-amz-date": "20261123T120001Z" } },
    ];
    for (const change of changed)
      assert.equal(await outcome({ ...call, ...change }), "wrongSignature", JSON.stringify(change));
  });

  it("is refused when its credentials have expired, or are others", async () => {
    assert.equal(await outcome(call, undefined, credentials.expiration), "expired");
    const token = { ...call.headers, "x-amz-security-token": "other" };
    assert.equal(await outcome({ ...call, headers: token }), "wrongToken");
    const key = { ...call.headers, authorization: call.headers.authorization.replace("ASIA1", "ASIA2") };
    assert.equal(await outcome({ ...call, headers: key }), "unknownKey");
  });

  it("counts for a quarter of an hour", async () => {
    const after = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
    assert.deepEqual(await outcome(call, undefined, after(14)), { service: "ec2", roleName: "node" });
    assert.equal(await outcome(call, undefined, after(16)), "wrongTime");
    assert.equal(await outcome(call, undefined, after(-16)), "wrongTime");
  });
});

describe("a call without a signature", () => {
  const bare: Call = {
    method: "GET",
    host: "",
    url: "/",
    path: "/",
    query: new URLSearchParams(),
    headers: {},
    body: Buffer.of(),
  };

  it("is nobody's at S3, and nothing anywhere else", async () => {
    assert.deepEqual(await outcome(bare, "store.s3.us-east-1.amazonaws.com"), { service: "s3" });
    assert.equal(await outcome(bare, "ec2.us-east-1.amazonaws.com"), "unsigned");
  });

  it("is refused if it is presigned or signed in another way", async () => {
    const presigned = { ...bare, query: new URLSearchParams("X-Amz-Signature=1") };
    assert.equal(await outcome(presigned, "store.s3.us-east-1.amazonaws.com"), "unsigned");
    const basic = { ...bare, headers: { authorization: "Basic YTpi" } };
    assert.equal(await outcome(basic, "store.s3.us-east-1.amazonaws.com"), "unsigned");
  });
});
