import assert from "node:assert/strict";
import { bootedNode } from "./bootedNode";
import type { Cloud } from "./cloud";
import type { Node } from "./node";

describe("a node's AWS calls", function () {
  this.timeout(60_000);
  let cloud: Cloud;
  let node: Node;

  before(async () => {
    ({ cloud, node } = await bootedNode());
  });
  after(() => node?.destroy());
  beforeEach(() => cloud.calls());

  it("get the instance's identity from IMDSv2", async () => {
    const { code } = await node.script("instance-metadata");
    assert.equal(code, 0);
    assert.match(
      node.read("/run/cluster/instance.env"),
      new RegExp(`^INSTANCE_ID=${node.instance.id}$`, "m"),
    );
    assert.match(
      node.read("/run/cluster/instance.env"),
      new RegExp(`^PRIVATE_IP=${node.instance.address}$`, "m"),
    );
  });

  it("give the node one name, in Kubernetes' form, if the VPC has several domains", async () => {
    await cloud.describe({ ...node.instance, hostname: "ip-10-77-0-2.Corp.example.com example.org" });
    assert.equal((await node.script("instance-metadata")).code, 0);
    await cloud.describe(node.instance);
    const { stdout } = await node.withLibraries("source /run/cluster/instance.env; echo $LOCAL_HOSTNAME");
    assert.equal(stdout, "ip-10-77-0-2.corp.example.com\n");
  });

  it("show other processes no credential, and no metadata token", async () => {
    // Replaces curl by a program that records its command line.
    node.write(
      "/usr/local/bin/curl",
      '#!/bin/bash\necho "$*" >>/tmp/shown\nexec /usr/bin/curl "$@"\n',
      0o755,
    );
    const { code } = await node.withLibraries("s3_list etcd/ && imds instance-id");
    await node.sh("rm /usr/local/bin/curl");
    assert.equal(code, 0);
    const shown = node.read("/tmp/shown");
    assert.equal(shown.match(/169\.254\.169\.254/g)?.length, 6, "the stand-in was used");
    assert.doesNotMatch(shown, / token-[0-9]|token\/with|secret\/with|ASIATEST/);
  });

  it("are signed like the AWS SDK's: put, get, list and a query", async () => {
    const { code, stdout, stderr } = await node.withLibraries(`
      echo hello >/tmp/file
      s3_put etcd/snapshots/2026-01-01T00-00-00Z-i-1.db /tmp/file
      s3_put etcd/snapshots/2026-01-02T00-00-00Z-i-1.db /tmp/file
      s3_get etcd/snapshots/2026-01-01T00-00-00Z-i-1.db /tmp/copy && cat /tmp/copy
      s3_list etcd/snapshots/
      s3_list etcd/snapshots/ etcd/snapshots/2026-01-01T12-00-00Z | sed 's/^/young: /'
      ec2 Action=DescribeInstances Filter.1.Name=instance-id Filter.1.Value.1=${node.instance.id}
      xml_values instanceId <"$AWS_RESPONSE"`);
    assert.equal(code, 0, stderr);
    assert.deepEqual(stdout.trim().split("\n"), [
      "hello",
      "etcd/snapshots/2026-01-01T00-00-00Z-i-1.db",
      "etcd/snapshots/2026-01-02T00-00-00Z-i-1.db",
      "young: etcd/snapshots/2026-01-02T00-00-00Z-i-1.db",
      node.instance.id,
    ]);
    assert.ok((await cloud.calls()).every(({ status }) => status === 200));
  });

  it("are refused with AWS's reason in the log when the signature is wrong", async () => {
    const { code, stderr } = await node.withLibraries(`
      aws_credentials() { echo 'user = "ASIATEST:wrong"'; echo 'header = "x-amz-security-token: token/with+signs=="'; }
      s3_list etcd/`);
    assert.notEqual(code, 0);
    assert.match(stderr, /amazonaws\.com\/: HTTP 403 SignatureDoesNotMatch: /);
    assert.equal((await cloud.calls()).length, 1, "a refusal is not repeated");
  });

  it("get the kubelet a password for an image in ECR, only for its registry", async () => {
    const registry = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
    const request = JSON.stringify({
      apiVersion: "credentialprovider.kubelet.k8s.io/v1",
      kind: "CredentialProviderRequest",
      image: `${registry}/team/app:1.0`,
    });
    const response = await node.sh(`/opt/cluster/bin/ecr-credential-provider <<<'${request}'`);
    const { auth, ...rest } = JSON.parse(response) as { auth: Record<string, { username: string }> };
    assert.deepEqual(rest, {
      apiVersion: "credentialprovider.kubelet.k8s.io/v1",
      kind: "CredentialProviderResponse",
      cacheKeyType: "Registry",
      cacheDuration: "6h",
    });
    assert.deepEqual(Object.keys(auth), [registry]);
    assert.equal(auth[registry].username, "AWS");
  });

  it("create an object once, even if others try at the same moment", async () => {
    const { stdout } = await node.withLibraries(`
      for writer in 1 2 3 4; do
        (echo "$writer" >"/tmp/$writer"; s3_put_if_absent etcd/once.json "/tmp/$writer"; echo "$AWS_STATUS") &
      done; wait`);
    assert.deepEqual(stdout.trim().split("\n").sort(), ["200", "412", "412", "412"]);
  });

  it("are repeated when credentials have just expired, and when AWS is busy", async () => {
    await cloud.fail([
      { status: 400, code: "ExpiredToken" },
      { status: 503, code: "SlowDown" },
    ]);
    const { code } = await node.withLibraries("s3_list etcd/once");
    assert.equal(code, 0);
    assert.deepEqual(
      (await cloud.calls()).map(({ status }) => status),
      [400, 503, 200],
    );
  });

  it("end in a bounded time and report AWS's last answer", async () => {
    await cloud.fail(Array(9).fill({ status: 503, code: "ServiceUnavailable" }));
    const { code, stderr } = await node.withLibraries("AWS_PATIENCE=2; s3_list etcd/");
    await cloud.fail([]);
    assert.notEqual(code, 0);
    assert.match(stderr, /HTTP 503 ServiceUnavailable/);
  });
});
