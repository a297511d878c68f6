import { equal, match } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

const project = path.join(__dirname, "../../../..");
const script = path.join(project, "proof/lab/kubernetes/files/opt/lab/node");

describe("What the lab arranges on a node that runs containers", () => {
  it("shellcheck accepts", () => {
    const { status, stdout } = spawnSync("shellcheck", [script], { encoding: "utf8" });
    equal(status, 0, stdout);
  });

  it("finds in the product's containerd configuration what it changes", () => {
    const configuration = readFileSync(
      path.join(project, "ignition/files/node/etc/containerd/config.toml"),
      "utf8",
    );
    match(configuration, /^ +SystemdCgroup = true$/m);
    match(configuration, /^\[plugins\."io\.containerd\.grpc\.v1\.cri"\]$/m);
  });

  it("comes after the product's own drop-in and patch", () => {
    const product = path.join(project, "ignition/files");
    const names = [
      ["10-config.conf", "20-lab.conf"],
      ["kubeletconfiguration+merge.yaml", "kubeletconfiguration1+merge.yaml"],
    ];
    for (const [ours = "", labs = ""] of names) {
      equal(ours < labs, true);
      match(spawnSync("find", [product, "-name", ours], { encoding: "utf8" }).stdout, /./);
    }
  });
});
