import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { byFlatcarBash } from "../flatcarBash";
import { workerFacts, workerNode } from "../../../test/ignition/rendered";

const own = workerFacts.kubernetesVersion; // 1.36.4

/**
 * Runs the worker's `kubeadm-join` with a clock that only the script's sleeps advance. Each round takes four
 * seconds, and has the cluster's version in kubeadm's ConfigMap at that time; undefined means that there is
 * none.
 */
const joinWhere = (...rounds: readonly (string | undefined)[]) => joinWith({ rounds });

interface World {
  readonly rounds: readonly (string | undefined)[];
  /** How many times there is no token of the pool in the store. @default 0 */
  readonly withoutToken?: number;
  /** How many times the API does not answer. @default 0 */
  readonly unanswered?: number;
}

function joinWith({ rounds, withoutToken = 0, unanswered = 0 }: World) {
  const root = mkdtempSync(join(tmpdir(), "join-"));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), byFlatcarBash(text), { mode: 0o755 });
  };
  const read = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : "");
  try {
    for (const [path, text] of workerNode().texts)
      write(path, text.replace(/(?<![\w/])\/(etc|run|opt)\/(cluster|bin|kubernetes)\b/g, `${root}/$1/$2`));
    write("run/cluster/instance.env", "LOCAL_HOSTNAME=ip-10-0-0-10\nPRIVATE_IP=10.0.0.10\n");
    write(
      "opt/cluster/lib/aws.sh",
      `source ${root}/opt/cluster/lib/forms.sh
      s3_get() {
        AWS_STATUS=200
        [[ $1 == bootstrap/${workerFacts.group}/token ]] || AWS_STATUS=500
        echo >>${root}/asked
        if (($(wc -l <${root}/asked) <= ${withoutToken})); then AWS_STATUS=403; fi
        [[ $AWS_STATUS == 200 ]] && echo token >"$2"
      }\n`,
    );
    write("opt/cluster/lib/kubeadm.sh", `PATH=${root}/bin:$PATH\nnode_document() { cat "$1"; }\n`);
    rounds.forEach((version, round) => {
      const ClusterConfiguration = `clusterName: demo\nkubernetesVersion: v${version}\nnetworking: {}\n`;
      if (version) write(`rounds/${round}`, JSON.stringify({ data: { ClusterConfiguration } }));
    });
    write("round", "0");
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
      `#!/bin/bash
        while (($# > 1)); do [[ $1 != -o ]] || file=$2; shift; done
        case $1 in
          */livez)
            cat ${root}/run/cluster/waiting >>${root}/silence 2>/dev/null
            echo >>${root}/knocks
            (($(wc -l <${root}/knocks) > ${unanswered})) || { echo "curl: (7) no connection" >&2; exit 7; } ;;
          */configmaps/kubeadm-config) cp "${root}/rounds/$(<${root}/round)" "$file" 2>/dev/null && echo -n 200 || echo -n 404 ;;
          *) echo -n 404 ;;
        esac\n`,
    );
    const { status, stderr } = spawnSync("bash", [join(root, "opt/cluster/bin/kubeadm-join")], {
      encoding: "utf8",
      env: {
        PATH: process.env.PATH,
        // The clock while the API does not answer: a minute for each try.
        "BASH_FUNC_sleep%%": `() { [[ $1 != 1 ]] || SECONDS=$((SECONDS + 60)); ${root}/bin/sleep "$1"; }`,
      },
      timeout: 60_000,
    });
    return {
      status,
      stderr,
      joined: read("joined"),
      silence: read("silence"),
      waitsNow: read("run/cluster/waiting"),
      hopeless: read("run/cluster/hopeless"),
      waited: read("waited").trim().split("\n"),
    };
  } finally {
    rmSync(root, { recursive: true });
  }
}

describe("A worker joins", () => {
  it("a cluster of its version, or of a newer one", () => {
    for (const version of [own, "1.36.10", "1.37.0"]) {
      const { joined, waited, stderr } = joinWhere(version);
      assert.match(joined, /^join --config/, stderr);
      assert.deepEqual(waited, [""]);
    }
  });

  it("and waits, saying for what, while the cluster's is older", () => {
    const older = (version: string) =>
      `the controllers count as v${version} until the last of them is newer, and no kubelet may be: this one is v${own}`;
    const { joined, waited, stderr } = joinWhere("1.35.9", "1.36.3", own);
    assert.match(joined, /^join --config/, stderr);
    assert.deepEqual(waited, [older("1.35.9"), older("1.36.3")]);
    for (const reason of waited) assert.ok(stderr.includes(`kubeadm-join: ${reason}`), stderr);
  });

  it("and not before the cluster exists; a missing cluster does not extend the wait", () => {
    const { joined, waited, stderr } = joinWhere(undefined, own);
    assert.match(joined, /^join --config/, stderr);
    assert.deepEqual(waited, [""]);
    assert.match(stderr, /HTTP 404 for namespaces\/kube-system\/configmaps\/kubeadm-config/);
  });

  it("and waits for the API's first answer, which the balancer may give late, as for a part of others", () => {
    const { joined, silence, waitsNow, stderr } = joinWith({ rounds: [own], unanswered: 25 });
    assert.match(joined, /^join --config/, stderr);
    assert.match(
      silence,
      /^(the API at api\.\S+ has not answered this node yet: curl: \(7\) no connection\n){25}$/,
    );
    assert.equal(waitsNow, "");
  });

  it("no later than half an hour after it has begun to ask: then it tells that waiting is of no use", () => {
    const { joined, hopeless, waitsNow } = joinWith({ rounds: [own], unanswered: 1000 });
    assert.match(hopeless, /^the API at api\.\S+ has not answered this node within 1800 s: curl: \(7\)/);
    assert.deepEqual([joined, waitsNow], ["", ""]);
  });

  it("once the store holds a token of its pool, and tells what S3 answers until then", () => {
    const { joined, waited, stderr } = joinWith({ rounds: [own], withoutToken: 3 });
    assert.match(joined, /^join --config/, stderr);
    assert.deepEqual(waited, [""]);
    const reason = `S3 answers HTTP 403 for the bootstrap token of ${workerFacts.group}`;
    assert.equal(stderr.split(`kubeadm-join: ${reason}`).length - 1, 1, stderr);
  });
});
