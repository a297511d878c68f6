import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { encryptionConfiguration } from "../../../components/pki/encryptionConfiguration";
import { changes, runChore } from "./chore";

describe("The key of Secrets", () => {
  const configuration = encryptionConfiguration(["old", "new", "next"], 2);
  const hash = createHash("sha256").update(configuration).digest("hex");
  const info = (of: string) =>
    `apiserver_encryption_config_controller_last_config_info{apiserver_id_hash="sha256:0",hash="sha256:${of}"} 1\n`;
  const run = (written: string, metrics: string, replaceSays?: string) =>
    runChore("secrets-rewrite", [], {
      kubectlSays: replaceSays === undefined ? {} : { "replace *": replaceSays },
      kubectl: {
        "get configmap secrets-encryption *": written,
        "get nodes *": "10.0.0.5 10.0.32.5",
        "get --raw /metrics": metrics,
        "get secrets *": '{"items":[{}]}',
        "replace *": "",
        "apply *": "",
      },
      files: { "/etc/kubernetes/encryption/encryption.yaml": configuration },
    });

  it("rotates: once all apiservers have the new one, every Secret is written again, and this is noted", () => {
    for (const written of ["", "key1"]) {
      const { status, calls, log } = run(written, info(hash));
      assert.equal(status, 0);
      assert.deepEqual(changes(calls), [
        "kubectl replace -f -",
        "kubectl apply --server-side --force-conflicts -f -",
      ]);
      assert.deepEqual(log, ["secrets-rewrite: every Secret is encrypted with key2"]);
    }
  });

  const fails = (reason: string, name: string) =>
    `Error from server (${reason}): error when replacing "STDIN": secrets "${name}" ...\n`;

  it("needs no Secret that was changed or deleted meanwhile", () => {
    const { status, calls } = run("key1", info(hash), fails("Conflict", "a") + fails("NotFound", "b"));
    assert.deepEqual([status, changes(calls).length], [0, 2]);
  });

  it("is not noted while a Secret cannot be written, which is told", () => {
    for (const said of [fails("Conflict", "a") + fails("Forbidden", "b"), "no connection\n", ""]) {
      const { status, calls, log } = run("key1", info(hash), said);
      assert.deepEqual([status, changes(calls)], [1, ["kubectl replace -f -"]]);
      const told = log.join();
      assert.match(told, /ERROR: not every Secret is written again with key2, the next pass tries again/);
      assert.ok(told.includes(said.split("\n").at(-2) ?? ""), told);
      assert.ok(!told.includes("Conflict"));
    }
  });

  it("waits for the apiservers that do not use it", () => {
    const { status, calls, log } = run("key1", info("1".repeat(64)));
    assert.deepEqual([status, changes(calls)], [0, []]);
    assert.match(
      log.join(),
      /not written again with key2 yet: the apiserver at 10\.0\.0\.5 does not use it$/,
    );
  });

  it("costs only one question while it is unchanged", () => {
    const { status, calls } = run("key2", "");
    assert.deepEqual([status, changes(calls), calls.length], [0, [], 1]);
  });
});
