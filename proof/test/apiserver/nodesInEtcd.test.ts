import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { etcdctl } from "../../toolchain/etcd";
import { controllerNode } from "../../../test/ignition/rendered";
import { Apiserver } from "./apiserver";

describe("A real apiserver's Nodes", function () {
  // The first run builds it.
  this.timeout(30 * 60 * 1000);

  let server: Apiserver;
  before(async () => {
    server = await Apiserver.start();
  });
  after(() => server.stop());

  /** The result of version-skew's own question to its etcd. */
  const served = () => {
    const script = controllerNode().texts.get("/opt/cluster/bin/version-skew") ?? "";
    const [question] = /^served_instances\(\) \{$[^]*?^\}$/m.exec(script) ?? [];
    assert.ok(question);
    const run = spawnSync("bash", ["-euo", "pipefail", "-c", `${question}\nserved_instances`], {
      encoding: "utf8",
      env: { PATH: `${server.folder}:${process.env.PATH}`, ETCDCTL_ENDPOINTS: server.etcd },
    });
    assert.equal(run.status, 0, run.stderr);
    return run.stdout.split("\n").filter((line) => line !== "");
  };

  it("are in etcd where version-skew looks for controllers that have served", () => {
    symlinkSync(etcdctl(), join(server.folder, "etcdctl"));
    assert.deepEqual(served(), []);
    for (const [name, providerID] of [
      ["one", "aws:///eu-west-1a/i-0123456789abcdef0"],
      ["two", "aws:///us-gov-west-1b/i-00000000000000002"],
    ]) {
      const node = { apiVersion: "v1", kind: "Node", metadata: { name }, spec: { providerID } };
      assert.equal(server.kubectl(["create", "-f", "-"], JSON.stringify(node)).status, 0);
    }
    assert.deepEqual(served(), [
      "aws:///eu-west-1a/i-0123456789abcdef0",
      "aws:///us-gov-west-1b/i-00000000000000002",
    ]);
  });
});
