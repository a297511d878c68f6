import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { byFlatcarBash } from "../flatcarBash";
import { WorkerFacts } from "../../../ignition/worker";
import { workerNode } from "../../../test/ignition/rendered";

/** Runs the worker's `ready` against an API that answers with this Ready condition and these taints; curl is a stand-in. */
function ready(
  condition: object | undefined,
  {
    joined = true,
    taints,
    ...facts
  }: Partial<Pick<WorkerFacts, "podNetwork" | "cloudProvider">> & {
    joined?: boolean;
    taints?: { key: string }[];
  } = {},
) {
  const root = mkdtempSync(join(tmpdir(), "ready-"));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), byFlatcarBash(text), { mode: 0o755 });
  };
  try {
    const { texts } = workerNode(facts);
    const text = texts.get("/opt/cluster/bin/ready") ?? "";
    write("ready", text.replace(/(?<![\w/])\/(etc|run|var)\//g, `${root}/$1/`));
    write("etc/cluster/cluster.env", texts.get("/etc/cluster/cluster.env") ?? "");
    write("run/cluster/instance.env", "LOCAL_HOSTNAME=ip-10-0-0-10\n");
    if (joined) write("var/lib/kubelet/pki/kubelet-client-current.pem", "");
    const node = {
      spec: { taints },
      status: { conditions: condition ? [{ type: "Ready", ...condition }] : [] },
    };
    write("bin/curl", `#!/bin/bash\necho '${JSON.stringify(node)}'\n`);
    const run = spawnSync("bash", [join(root, "ready")], {
      encoding: "utf8",
      env: { PATH: `${root}/bin:${process.env.PATH}` },
    });
    return [run.status, run.stdout.trim()];
  } finally {
    rmSync(root, { recursive: true });
  }
}

describe("A worker is ready", () => {
  const network =
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:cni plugin not initialized";

  it("when its Node is", () => {
    assert.deepEqual(ready({ status: "True", message: "kubelet is posting ready status" }), [0, ""]);
  });

  it("when it lacks only the pod network, and the stack leaves out the project's: one may come later, or never", () => {
    assert.deepEqual(ready({ status: "False", message: network }, { podNetwork: "other" }), [0, ""]);
  });

  it("and not when it lacks the project's own pod network: a rollout would replace all workers with such ones", () => {
    assert.deepEqual(ready({ status: "False", message: network }, { podNetwork: "flannel" }), [
      1,
      `the node is not Ready: ${network}`,
    ]);
  });

  it("and not before the project's cloud controller manager has initialised it: no pod may run there", () => {
    const condition = { status: "True" };
    const uninitialized = { key: "node.cloudprovider.kubernetes.io/uninitialized" };
    const taints = [{ key: "dedicated" }, uninitialized];
    assert.deepEqual(ready(condition, { taints }), [
      1,
      `no pod may run here: the AWS cloud controller manager has not taken the taint ${uninitialized.key} away`,
    ]);
    assert.deepEqual(ready(condition, { taints, cloudProvider: "other" }), [0, ""]);
    assert.deepEqual(ready(condition, { taints: [{ key: "dedicated" }] }), [0, ""]);
  });

  it("and not when it lacks more, has reported nothing, or has not joined", () => {
    const more = `[${network}, PLEG is not healthy]`;
    for (const podNetwork of ["flannel", "other"] as const) {
      assert.deepEqual(ready({ status: "False", message: more }, { podNetwork }), [
        1,
        `the node is not Ready: ${more}`,
      ]);
    }
    assert.deepEqual(ready({ status: "Unknown", message: "Kubelet stopped posting node status." }), [
      1,
      "the node is not Ready: Kubelet stopped posting node status.",
    ]);
    assert.deepEqual(ready(undefined), [1, "the node is not Ready: its kubelet has reported nothing yet"]);
    assert.deepEqual(ready({ status: "True" }, { joined: false }), [1, "the node has not joined yet"]);
  });
});
