import assert from "node:assert/strict";
import { controllerKeyObjects } from "../../ignition/keyObjects";
import { CertificateAuthority, etcdNames } from "./certificates";
import { Cloud, zone } from "./cloud";
import { keyObjectTexts } from "./keyObjectTexts";
import { Node } from "./node";
import { sharedCloud } from "./sharedCloud";

describe("keys-sync", function () {
  this.timeout(60_000);
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

  it("puts a renewed certificate with its key in place, and says so", async () => {
    const { pem } = etcdCa.leaf("server", etcdNames(zone));
    await cloud.putObject("pki/etcd/server.pem", pem);
    const { code, stderr } = await node.script("keys-sync");
    assert.equal(code, 0);
    assert.equal(stderr, "keys-sync: /etc/etcd/pki/server.pem is new\n");
    assert.equal(node.read("/etc/etcd/pki/server.pem"), pem);
    assert.equal(await node.sh("stat -c '%a %U' /etc/etcd/pki/server.pem"), "600 etcd");
  });

  const good = () => node.read("/etc/etcd/pki/server.pem");
  const badObjects: [string, () => string][] = [
    [
      "a key that is not the certificate's",
      () => {
        const [one, other] = [etcdCa.leaf("server", etcdNames(zone)), etcdCa.leaf("server", etcdNames(zone))];
        return one.certificate + other.key;
      },
    ],
    ["a certificate without a key", () => etcdCa.leaf("server", etcdNames(zone)).certificate],
    ["half a file", () => good().slice(0, good().length / 2)],
    ["no PEM", () => "<html>"],
  ];
  for (const [what, text] of badObjects) {
    it(`refuses ${what}, and keeps what it has`, async () => {
      const before = good();
      await cloud.putObject("pki/etcd/server.pem", text());
      const { code, stderr } = await node.script("keys-sync");
      assert.notEqual(code, 0);
      assert.match(stderr, /ERROR: s3:\/\/test-nodes\/pki\/etcd\/server\.pem is refused/);
      assert.equal(good(), before);
      await cloud.putObject("pki/etcd/server.pem", before);
      assert.equal((await node.script("keys-sync")).code, 0);
    });
  }

  it("names a missing object; one that is on disk already does not stop a boot", async () => {
    await cloud.deleteObject("pki/service-account/sa.key");
    const pass = await node.script("keys-sync");
    assert.notEqual(pass.code, 0);
    assert.match(
      pass.stderr,
      /ERROR: cannot read s3:\/\/test-nodes\/pki\/service-account\/sa\.key \(HTTP 404\)/,
    );
    assert.equal((await node.script("keys-sync", "boot")).code, 0);
  });

  it("says once what it waits for, for however long", async () => {
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
