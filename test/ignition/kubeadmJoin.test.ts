import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { workerFacts, workerNode } from "./rendered";

const own = workerFacts.kubernetesVersion; // 1.36.4

/**
 * Runs the worker's `kubeadm-join` beside two controllers. Each round, of which the script lets four seconds pass, has the
 * versions that their apiservers tell then; one that is undefined does not answer. Time takes no time.
 */
function joinBeside(...rounds: readonly (readonly (string | undefined)[])[]) {
  const root = mkdtempSync(join(tmpdir(), "join-"));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { mode: 0o755 });
  };
  const read = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : "");
  try {
    for (const [path, text] of workerNode().texts)
      write(path, text.replace(/(?<![\w/])\/(etc|run|opt)\/(cluster|bin|kubernetes)\b/g, `${root}/$1/$2`));
    write("run/cluster/instance.env", "LOCAL_HOSTNAME=ip-10-0-0-10\nPRIVATE_IP=10.0.0.10\n");
    write("opt/cluster/lib/aws.sh", `s3_get() { echo token >"$2"; }\n`);
    write("opt/cluster/lib/kubeadm.sh", `PATH=${root}/bin:$PATH\nnode_document() { cat "$1"; }\n`);
    rounds.forEach((versions, round) =>
      versions.forEach(
        (version, n) =>
          version && write(`rounds/${round}/10.0.0.${n}`, JSON.stringify({ gitVersion: `v${version}` })),
      ),
    );
    write("round", "0");
    write("bin/getent", "#!/bin/bash\nprintf '%s STREAM\\n' 10.0.0.0 10.0.0.1\n");
    write(
      "bin/kubeadm",
      `#!/bin/bash\n[[ ! -e ${root}/run/cluster/waiting ]] && echo "$*" >${root}/joined\n`,
    );
    write(
      "bin/sleep",
      `#!/bin/bash\n[[ $1 != 4 ]] || { cat ${root}/run/cluster/waiting >>${root}/waited; echo $(($(<${root}/round) + 1)) >${root}/round; }\n`,
    );
    write(
      "bin/curl",
      `#!/bin/bash\nurl=\${!#}; address=\${url#https://}; address=\${address%%:*}
        case $url in
          */version) cat "${root}/rounds/$(<${root}/round)/$address" 2>/dev/null ;;
          *) echo -n 404 ;;
        esac\n`,
    );
    const { status, stderr } = spawnSync("bash", [join(root, "opt/cluster/bin/kubeadm-join")], {
      encoding: "utf8",
      env: { PATH: process.env.PATH },
      timeout: 60_000,
    });
    return { status, stderr, joined: read("joined"), waited: read("waited").trim().split("\n") };
  } finally {
    rmSync(root, { recursive: true });
  }
}

describe("A worker joins", () => {
  it("where all apiservers run its version or a newer one", () => {
    for (const versions of [
      [own, own],
      [own, "1.36.10"],
      [own, "1.37.0"],
      [own, undefined],
    ]) {
      const { joined, waited, stderr } = joinBeside(versions);
      assert.match(joined, /^join --config/, stderr);
      assert.deepEqual(waited, [""]);
    }
  });

  it("and waits, saying for what, while one of them is older", () => {
    const older = (n: number, version: string) =>
      `the apiserver at 10.0.0.${n} runs v${version}, and no kubelet may be newer: this one is v${own}`;
    const { joined, waited, stderr } = joinBeside(["1.35.9", "1.35.9"], [own, "1.36.3"], [own, own]);
    assert.match(joined, /^join --config/, stderr);
    assert.deepEqual(waited, [older(0, "1.35.9"), older(1, "1.36.3")]);
    for (const reason of waited) assert.ok(stderr.includes(`kubeadm-join: ${reason}`), stderr);
  });

  it("and waits while no controller tells its version", () => {
    const { joined, waited } = joinBeside([undefined, undefined], [own]);
    assert.match(joined, /^join --config/);
    assert.deepEqual(waited, ["no controller of etcd.demo.example.com tells its version"]);
  });
});
