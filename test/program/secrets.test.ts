import * as assert from "node:assert/strict";
import { dirname } from "node:path/posix";
import { controllerKeyObjects } from "../../ignition/keyObjects";
import { keyMakers, keyMaterialIn } from "../engine/keyMaterial";
import { run, Run, stackConfig } from "../engine/stack";
import { Secret, withoutSecrets, withSecrets } from "../engine/wire";

const plain = (value: unknown) => keyMaterialIn(JSON.stringify(withoutSecrets(value)));
const whole = (value: unknown) => keyMaterialIn(JSON.stringify(withSecrets(value)));

describe("Key material", () => {
  let prod: Run;
  before(async () => {
    const sshAuthorizedKeys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE0 someone"];
    const access = { kind: "bastion", allowedCidrs: ["203.0.113.0/24"], sshAuthorizedKeys };
    prod = await run({ ...stackConfig("prod"), access });
  });
  const contents = () =>
    new Map(
      prod.resources
        .filter(({ type, inputs }) => type === "s3.BucketObjectv2" && inputs.bucket.includes("-nodes-"))
        .map(({ inputs }) => [String(inputs.key), inputs.content as unknown]),
    );

  it("is made by these resources, and this test finds it", () => {
    const makers = keyMakers().filter((name) => name.startsWith("prod-"));
    assert.deepEqual(makers, [
      "prod-pki-admin",
      "prod-pki-encryption",
      "prod-pki-encryption-2",
      "prod-pki-etcd-ca",
      "prod-pki-etcd-client",
      "prod-pki-etcd-peer",
      "prod-pki-etcd-server",
      "prod-pki-front-proxy-ca",
      "prod-pki-kubernetes-ca",
      "prod-pki-service-account",
    ]);
    const seen = new Set(prod.resources.flatMap(({ inputs }) => whole(inputs)).concat(whole(prod.outputs)));
    assert.deepEqual([...seen].sort(), makers);
  });

  it("is in no input that is not a secret", () => {
    for (const { key, inputs } of prod.resources) assert.deepEqual(plain(inputs), [], key);
  });

  it("is in no output of the stack or of a component that is not a secret", () => {
    assert.deepEqual(plain(prod.outputs), []);
    for (const [key, outputs] of Object.entries(prod.componentOutputs))
      assert.deepEqual(plain(outputs), [], key);
  });

  it("is in no user data, secret or not", () => {
    const userData = prod.resources.flatMap(({ inputs }) => (inputs.userData ? [inputs.userData] : []));
    assert.equal(userData.length, 3, "of controllers, a pool and the bastion");
    for (const each of userData) {
      const text = String(withSecrets(each));
      assert.deepEqual(
        [...keyMaterialIn(text), ...keyMaterialIn(Buffer.from(text, "base64").toString())],
        [],
      );
    }
  });

  it("is in no node's configuration and not in the text of the function, secret or not", () => {
    const configs = [...contents()].filter(([key]) => key.startsWith("ignition/"));
    assert.deepEqual(configs.map(([key]) => dirname(key)).sort(), [
      "ignition/controller",
      "ignition/pool-general",
    ]);
    for (const [key, content] of configs) {
      const decoded = decodeURIComponent(String(content).replaceAll(/%(?![0-9A-Fa-f]{2})/g, "%25"));
      assert.deepEqual([...whole(content), ...keyMaterialIn(decoded)], [], key);
    }
    const code = prod.resources.find(({ type }) => type === "lambda.Function")?.inputs.code;
    assert.match(JSON.stringify(code), /reconcile/);
    assert.deepEqual(whole(code), []);
  });

  it("is secret content in each private object, and in no public one", () => {
    for (const { key, mode } of controllerKeyObjects) {
      const content = contents().get(key);
      assert.notEqual(content, undefined, `${key} is uploaded`);
      assert.equal(content instanceof Secret, mode === "0600", key);
      const keys = key.startsWith("encryption/") ? 2 : 1; // the next one of Secrets is there in advance
      assert.equal(whole(content).length, mode === "0600" ? keys : 0, `keys in ${key}`);
    }
  });

  it("of the etcd CA and of the administrator is in no object of the node store", () => {
    const stored = [...contents().values()].flatMap(whole);
    assert.ok(stored.includes("prod-pki-kubernetes-ca"));
    assert.ok(!stored.includes("prod-pki-etcd-ca"));
    assert.ok(!stored.includes("prod-pki-admin"));
  });

  it("of the administrator is only in the kubeconfig, the only secret output", () => {
    const secrets = Object.entries(prod.outputs).filter(([, value]) =>
      JSON.stringify(withoutSecrets(value)).includes("[secret]"),
    );
    assert.deepEqual(
      secrets.map(([name]) => name),
      ["kubeconfig"],
    );
    assert.ok(prod.outputs.kubeconfig instanceof Secret);
    assert.deepEqual(whole(prod.outputs), ["prod-pki-admin"]);
  });

  it("stays secret in a preview, which knows none of it", async () => {
    const { outputs, resources } = await run(stackConfig("prod"), { preview: true });
    assert.ok(outputs.kubeconfig instanceof Secret);
    const objects = resources.filter(
      ({ type, name }) => type === "s3.BucketObjectv2" && /\.(key|pem|yaml)$/.test(name),
    );
    assert.equal(objects.length, 7);
    for (const { key, inputs } of objects) assert.ok(inputs.content instanceof Secret, key);
  });
});
