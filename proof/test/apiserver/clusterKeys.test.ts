import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { kubectl } from "../../toolchain/kubernetes";
import { Apiserver } from "./apiserver";
import { CertificateAuthority } from "../nodes/certificates";
import { controllerNode } from "../../../test/ignition/rendered";

describe("A controller's keys", function () {
  this.timeout(20 * 60 * 1000); // the first run builds

  let api: Apiserver;
  let folder: string;
  before(async () => {
    api = await Apiserver.start();
    folder = mkdtempSync(join(tmpdir(), "keys-"));
  });
  after(async () => {
    await api?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const read = (name: string) => readFileSync(join(api.folder, name), "utf8");
  const publicHalf = (privateKey: string) =>
    createPublicKey(privateKey).export({ type: "spki", format: "pem" }) as string;
  const otherKey = () =>
    generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
      type: "pkcs8",
      format: "pem",
    }) as string;

  /** Whether a node with these files answers the question with yes, for the API at this port. */
  function answer(question: string, port: number): boolean {
    const text = controllerNode().texts.get("/opt/cluster/lib/cluster-keys.sh") ?? "";
    const script = text
      .replaceAll("api.$ZONE:6443", `127.0.0.1:${port}`)
      .replaceAll("/etc/kubernetes/pki", api.folder)
      .replaceAll("/run/cluster", folder);
    const { status, stderr } = spawnSync(
      "bash",
      ["--norc", "-euo", "pipefail", "-c", `${script}\n${question}`],
      {
        encoding: "utf8",
        env: { PATH: `${dirname(kubectl())}:${process.env.PATH}`, HOME: folder },
      },
    );
    assert.equal(stderr, "");
    return status === 0;
  }

  it("are the cluster's if the API's certificate is of its CA", () => {
    const [, ca = ""] = read("certificates/apiserver.crt").split(/(?<=-----END CERTIFICATE-----\n)/);
    api.write("ca.crt", ca);
    assert.equal(answer("has_the_clusters_ca", api.port), true);
    api.write("ca.crt", readFileSync(new CertificateAuthority(folder, "other").certificate, "utf8"));
    assert.equal(answer("has_the_clusters_ca", api.port), false);
    assert.equal(answer("has_the_clusters_ca", 1), true, "nobody serves");
  });

  it("are the cluster's if the API verifies tokens with its service account key", () => {
    api.write("sa.pub", publicHalf(read("sa.key")));
    assert.equal(answer(`has_the_clusters_service_account_key ${api.kubeconfig}`, api.port), true);
    api.write("sa.pub", publicHalf(otherKey()));
    assert.equal(answer(`has_the_clusters_service_account_key ${api.kubeconfig}`, api.port), false);
    assert.equal(answer(`has_the_clusters_service_account_key ${api.kubeconfig}`, 1), true, "nobody serves");
  });
});
