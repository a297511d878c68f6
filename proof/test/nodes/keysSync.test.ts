import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { encryptionConfiguration } from "../../../components/pki/encryptionConfiguration";
import { controllerKeyObjects } from "../../../ignition/keyObjects";
import { CertificateAuthority, etcdNames, valid } from "./certificates";
import { Cloud, zone } from "./cloud";
import { encryptionKeys, keyObjectTexts } from "./keyObjectTexts";
import { Node } from "./node";
import { sharedCloud } from "./sharedCloud";

describe("keys-sync", function () {
  this.timeout(120_000);
  let cloud: Cloud;
  let node: Node;
  let etcdCa: CertificateAuthority;

  before(async () => {
    cloud = await sharedCloud();
    const [id] = await cloud.launch(1);
    node = await Node.boot(cloud, id);
    await node.sh("systemd-sysusers etcd.conf");
    etcdCa = new CertificateAuthority(cloud.shared, "etcd-ca");
    for (const [key, text] of keyObjectTexts(etcdCa)) await cloud.putObject(key, text);
  });
  after(() => node?.destroy());
  beforeEach(() => cloud.calls());

  it("brings every object of the role to its path, mode and owner", async () => {
    const { code, stderr } = await node.script("keys-sync", "boot");
    assert.equal(code, 0, stderr);
    for (const { path, mode, owner } of controllerKeyObjects) {
      assert.equal(await node.sh(`stat -c '%a %U' ${path}`), `${Number(mode)} ${owner}`, path);
    }
  });

  it("transfers nothing when nothing has changed", async () => {
    const { stderr } = await node.script("keys-sync");
    assert.equal(stderr, "");
    assert.ok((await cloud.calls()).every(({ status }) => status === 304));
  });

  it("leaves objects to the next pass if S3 does not answer, and fails no unit", async () => {
    await cloud.fail(Array(200).fill({ status: 503, code: "SlowDown" }));
    const { code, stderr } = await node.script("keys-sync");
    await cloud.fail([]);
    assert.equal(code, 75, stderr);
    assert.match(stderr, /cannot read s3:\S+ \(HTTP 503\)/);
    await cloud.calls();
  });

  it("puts a renewed certificate with its key in place, and says so", async () => {
    const { pem } = etcdCa.leaf("server", etcdNames(zone));
    await cloud.putObject("pki/etcd/server.pem", pem);
    const { code, stderr } = await node.script("keys-sync");
    assert.equal(code, 0);
    assert.equal(stderr, "keys-sync: /etc/etcd/pki/server.pem is new\n");
    assert.equal(node.read("/etc/etcd/pki/server.pem"), pem);
    assert.equal(await node.sh("stat -c '%a %U' /etc/etcd/pki/server.pem"), "600 etcd");
  });

  const other = () => new CertificateAuthority(cloud.shared, "other-ca");
  const otherKey = () => readFileSync(other().key, "utf8");
  const server = "pki/etcd/server.pem";
  const badObjects: [what: string, key: string, text: () => string, reason: string][] = [
    [
      "a key that is not the certificate's",
      server,
      () => {
        const [one, another] = [1, 2].map(() => etcdCa.leaf("server", etcdNames(zone)));
        return one.certificate + another.key;
      },
      "its key is not its certificate's",
    ],
    [
      "a certificate without a key",
      server,
      () => etcdCa.leaf("server", etcdNames(zone)).certificate,
      "its key is not its certificate's",
    ],
    [
      "a certificate of another CA",
      server,
      () => other().leaf("server", etcdNames(zone)).pem,
      "by /etc/etcd/pki/ca.crt it is not valid: unable to get local issuer certificate",
    ],
    ["half a file", server, () => good(server).slice(0, good(server).length / 2), "it is no valid PEM"],
    ["no PEM", server, () => "<html>", "it is no valid PEM"],
    [
      "a CA's key that is not the certificate's",
      "pki/kubernetes/ca.key",
      otherKey,
      "it does not belong to /etc/kubernetes/pki/ca.crt",
    ],
    [
      "another CA than it began with",
      "pki/kubernetes/ca.crt",
      () => readFileSync(other().certificate, "utf8"),
      "this node began with another one, as all others did",
    ],
    [
      "another service account key than it began with",
      "pki/service-account/sa.key",
      otherKey,
      "this node began with another one, as all others did",
    ],
    [
      "a public key of another service account key",
      "pki/service-account/sa.pub",
      () => createPublicKey(otherKey()).export({ type: "spki", format: "pem" }) as string,
      "it does not belong to /etc/kubernetes/pki/sa.key",
    ],
    ["an empty object", "pki/front-proxy/ca.key", () => "", "it is no valid PEM"],
    [
      "an empty encryption configuration",
      "encryption/encryption.yaml",
      () => "",
      "it is no EncryptionConfiguration with keys",
    ],
    [
      "an encryption configuration with half a key",
      "encryption/encryption.yaml",
      () => encryptionConfiguration([encryptionKeys[0], encryptionKeys[1].slice(0, 20)], 1),
      "key2 is not 32 bytes in base64",
    ],
    [
      "an encryption configuration without a key that Secrets may be encrypted with",
      "encryption/encryption.yaml",
      () => encryptionConfiguration([encryptionKeys[2], encryptionKeys[1]], 1),
      "it lacks what this node's own has: key1",
    ],
  ];
  const objectOf = (key: string) => controllerKeyObjects.find((object) => object.key === key)!;
  const good = (key: string) => node.read(objectOf(key).path);
  for (const [what, key, text, reason] of badObjects) {
    it(`refuses ${what}, and keeps what it has`, async () => {
      const before = good(key);
      await cloud.putObject(key, text());
      const { code, stderr } = await node.script("keys-sync");
      assert.notEqual(code, 0);
      assert.equal(
        stderr,
        `keys-sync: ERROR: s3://test-nodes/${key} is refused: ${reason}; ${objectOf(key).path} stays as it is\n`,
      );
      assert.equal(good(key), before);
      await cloud.putObject(key, before);
      assert.equal((await node.script("keys-sync")).code, 0);
    });
  }

  it("accepts a CA's renewed certificate, and an encryption configuration with one more key", async () => {
    const renewed = execFileSync("openssl", ["req", "-x509", "-key", etcdCa.key, "-subj", "/CN=etcd-ca"]);
    await cloud.putObject("pki/etcd/ca.crt", renewed.toString());
    await cloud.putObject("encryption/encryption.yaml", encryptionConfiguration(encryptionKeys, 2));
    const { code, stderr } = await node.script("keys-sync");
    assert.equal(code, 0, stderr);
    assert.equal(good("pki/etcd/ca.crt"), renewed.toString());
  });

  it("reports an object that it refuses at boot to complete-launch, until somebody corrects it", async () => {
    const script = node.read("/opt/cluster/bin/keys-sync");
    node.write("/opt/cluster/bin/keys-sync", script.replace(" < 30)", " < 2)"), 0o755);
    await node.sh("rm /etc/kubernetes/pki/*");
    const right = await cloud.readObject("pki/service-account/sa.key");
    await cloud.putObject("pki/service-account/sa.key", otherKey());
    const boot = node.script("keys-sync", "boot");
    for (const deadline = Date.now() + 20_000; !node.exists("/run/cluster/hopeless"); await sleep(100))
      assert.ok(Date.now() < deadline, "complete-launch is told nothing");
    assert.equal(
      node.read("/run/cluster/hopeless"),
      "s3://test-nodes/pki/service-account/sa.pub is refused: it does not belong to /etc/kubernetes/pki/sa.key; " +
        "/etc/kubernetes/pki/sa.pub stays as it is\n",
    );
    await cloud.putObject("pki/service-account/sa.key", right);
    const { code, stderr } = await boot;
    assert.equal(code, 0, stderr);
    assert.ok(!node.exists("/run/cluster/hopeless"));
    assert.equal(node.read("/etc/kubernetes/pki/sa.key"), right);
  });

  it("waits for a certificate that a faster clock has made, and reports it to complete-launch", async () => {
    const leaf = etcdCa.leaf("server", etcdNames(zone));
    await node.sh("rm /etc/etcd/pki/server.pem");
    await cloud.putObject(server, valid(leaf, etcdCa, 30));
    const boot = node.script("keys-sync", "boot");
    for (const deadline = Date.now() + 27_000; !node.exists("/run/cluster/waiting"); await sleep(100))
      assert.ok(Date.now() < deadline, "complete-launch is told nothing");
    assert.match(
      node.read("/run/cluster/waiting"),
      /^s3:\/\/test-nodes\/pki\/etcd\/server\.pem is refused: it is not valid before .* GMT: the clock by which it was made is ahead of this node's; /,
    );
    const { code, stderr } = await boot;
    assert.equal(code, 0, stderr);
    assert.ok(!node.exists("/run/cluster/waiting") && !node.exists("/run/cluster/hopeless"));
    assert.equal(node.read("/etc/etcd/pki/server.pem"), await cloud.readObject(server));
  });

  it("keeps a certificate until the renewed one begins, and fails for none", async () => {
    const before = node.read("/etc/etcd/pki/server.pem");
    await cloud.putObject(server, valid(etcdCa.leaf("server", etcdNames(zone)), etcdCa, 300));
    const { code, stderr } = await node.script("keys-sync");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /it is not valid before/);
    assert.equal(node.read("/etc/etcd/pki/server.pem"), before);
    await cloud.putObject(server, before);
  });

  it("refuses a certificate that begins in more than an hour", async () => {
    const before = node.read("/etc/etcd/pki/server.pem");
    await cloud.putObject(server, valid(etcdCa.leaf("server", etcdNames(zone)), etcdCa, 4000));
    assert.notEqual((await node.script("keys-sync")).code, 0);
    await cloud.putObject(server, before);
  });

  it("names a missing object; an object that is already on the disk does not stop a boot", async () => {
    await cloud.deleteObject("pki/service-account/sa.key");
    const pass = await node.script("keys-sync");
    assert.notEqual(pass.code, 0);
    assert.match(
      pass.stderr,
      /ERROR: cannot read s3:\/\/test-nodes\/pki\/service-account\/sa\.key \(HTTP 404\)/,
    );
    assert.equal((await node.script("keys-sync", "boot")).code, 0);
  });

  it("leaves every file the time at which its object was written", async () => {
    const ca = "/etc/kubernetes/pki/ca.crt";
    const written = await node.sh(`stat -c %Y ${ca}`);
    await node.sh(`rm ${ca}`);
    await node.script("keys-sync");
    assert.equal(await node.sh(`stat -c %Y ${ca}`), written);
  });

  it("takes an absent object for a verdict if the store is old, and waits on if it is young", async () => {
    const script = node.read("/opt/cluster/bin/keys-sync");
    const onePass = script
      .replace(/(refused_since:=\S+ <) \d+/, "$1 0")
      .replace("wait_for 600", "wait_for 0");
    node.write("/opt/cluster/bin/keys-sync", onePass, 0o755);
    const pub = "pki/service-account/sa.pub";
    const text = await cloud.readObject(pub);
    await cloud.deleteObject(pub);
    await node.sh("rm /etc/kubernetes/pki/sa.pub");
    assert.notEqual((await node.script("keys-sync", "boot")).code, 0);
    assert.ok(!node.exists("/run/cluster/hopeless"), "a verdict on a young store");

    await node.sh("touch -d '16 minutes ago' /etc/kubernetes/pki/ca.crt");
    assert.notEqual((await node.script("keys-sync", "boot")).code, 0);
    assert.match(
      node.read("/run/cluster/hopeless"),
      /^cannot read s3:\/\/test-nodes\/pki\/service-account\/sa\.pub \(HTTP 404\)$/m,
    );
    await cloud.putObject(pub, text);
    assert.equal((await node.script("keys-sync", "boot")).code, 0);
    assert.ok(!node.exists("/run/cluster/hopeless"));
    node.write("/opt/cluster/bin/keys-sync", script, 0o755);
  });

  it("says only once what it waits for, however long it waits", async () => {
    const text = await cloud.readObject("pki/service-account/sa.pub");
    await cloud.deleteObject("pki/service-account/sa.pub");
    await node.sh("rm /etc/kubernetes/pki/sa.pub");
    const boot = node.script("keys-sync", "boot");
    await new Promise((resolve) => setTimeout(resolve, 5000));
    await cloud.putObject("pki/service-account/sa.pub", text);
    const { code, stderr } = await boot;
    assert.equal(code, 0);
    assert.equal(stderr.match(/ERROR: cannot read .*sa\.pub/g)?.length, 1, stderr);
  });

  it("leaves no half-written file behind", async () => {
    const left = await node.sh("find /etc/etcd/pki /etc/kubernetes -name '*.new*'");
    assert.equal(left, "");
  });
});
