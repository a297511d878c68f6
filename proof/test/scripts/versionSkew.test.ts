import assert from "node:assert/strict";
import { Answers, runChore } from "./chore";
import { controllerFacts, controllerNode } from "../../../test/ignition/rendered";

const own = controllerFacts.kubernetesVersion; // 1.36.4

/**
 * Runs `version-skew` beside another controller whose apiserver has the version `apiserver`, and a worker
 * whose kubelet has the version `kubelet`.
 */
function besides(
  apiserver: string | undefined,
  kubelet = own,
  {
    ready = "True",
    snapshot = "exit 0",
    ...world
  }: { ready?: string; snapshot?: string } & Partial<Answers> = {},
) {
  const node = (name: string, version: string, labels: object) => ({
    metadata: { name, labels },
    status: { nodeInfo: { kubeletVersion: `v${version}` }, conditions: [{ type: "Ready", status: ready }] },
  });
  const items = [
    node("controller", apiserver ?? own, { "node-role.kubernetes.io/control-plane": "" }),
    node("worker", kubelet, {}),
  ];
  const { status, log, calls } = runChore("version-skew", ["/run/cluster/kubeadm-init.conf"], {
    kubectl: {
      ...(apiserver && { "get --raw /version": JSON.stringify({ gitVersion: `v${apiserver}` }) }),
      "get nodes -o json": JSON.stringify({ items }),
    },
    ...world,
    files: {
      "/run/cluster/instance.env": "INSTANCE_ID=i-0\n",
      "/opt/cluster/lib/etcd.sh":
        'PATH=/opt/bin:$PATH\nmembers() { printf "%s\\n" "1 i-0 voter started" "2 i-1 voter started"; }\n',
      "/opt/cluster/lib/dns.sh": "addresses() { echo 10.0.0.5; }\n",
      "/opt/cluster/bin/etcd-snapshot": `#!/bin/bash\necho "etcd-snapshot $*" >&2\n${snapshot}\n`,
      ...world.files,
    },
  });
  const isSnapshot = (line: string) => line === "etcd-snapshot now";
  return {
    status,
    calls,
    said: log.filter((line) => !isSnapshot(line)).join("\n"),
    snapshots: log.filter(isSnapshot).length,
  };
}

describe("A controller of a version", () => {
  it("serves beside apiservers of the same version, without a snapshot", () => {
    const { status, said, snapshots } = besides(own);
    assert.deepEqual([status, snapshots], [0, 0], said);
    assert.match(said, /v1\.36\.4 may serve beside i-1 v1\.36\.4$/);
  });

  for (const version of ["1.36.1", "1.36.9", "1.35.8", "1.37.0"]) {
    it(`serves beside ${version} once there is a snapshot`, () => {
      const { status, said, snapshots } = besides(version);
      assert.deepEqual([status, snapshots], [0, 1], said);
    });
  }

  it("does not serve without a snapshot", () => {
    const { status, said } = besides("1.36.1", own, { snapshot: "exit 1" });
    assert.equal(status, 1);
    assert.match(said, /no snapshot, and so v1\.36\.4 does not serve beside another version$/);
  });

  for (const [version, remedy] of [
    ["1.34.9", "the minor version after that one first"],
    ["1.38.0", "that version"],
    ["2.36.4", "that version"],
  ]) {
    it(`is refused beside an apiserver of ${version}, with what to do`, () => {
      const { status, said, snapshots } = besides(version);
      assert.deepEqual([status, snapshots], [1, 0]);
      assert.match(
        said,
        new RegExp(`Kubernetes v1.36.4 is refused: the apiserver of i-1 runs v${version}, .*`),
      );
      assert.ok(said.endsWith(`set versions.kubernetes to ${remedy}`), said);
    });
  }

  for (const [version, reason] of [
    ["1.37.0", "none may be newer than an apiserver"],
    ["1.32.1", "none may be more than three minor versions older"],
  ]) {
    it(`is refused where a worker's kubelet runs ${version}`, () => {
      const { status, said } = besides("1.36.1", version);
      assert.equal(status, 1);
      assert.match(said, new RegExp(`the kubelet of the worker worker runs v${version}, and ${reason}`));
    });
  }

  for (const version of ["1.36.9", "1.33.0"]) {
    it(`serves where a worker's kubelet runs ${version}`, () => {
      assert.equal(besides("1.36.4", version).status, 0);
    });
  }

  it("ignores a silent kubelet", () => {
    assert.equal(besides("1.36.4", "1.37.0", { ready: "Unknown" }).status, 0);
  });

  it("serves where no other apiserver answers, as in a cluster's first minutes", () => {
    const { status, said, snapshots } = besides(undefined);
    assert.deepEqual([status, snapshots], [0, 0]);
    assert.match(said, /may serve beside no other apiserver, as none answers$/);
  });

  const twoOthers = (addresses: string) => ({
    "/opt/cluster/lib/etcd.sh":
      'PATH=/opt/bin:$PATH\nmembers() { printf "%s\\n" "1 i-0 voter started" "2 i-1 voter started" "3 i-2 voter started"; }\n',
    "/opt/cluster/lib/dns.sh": `addresses() { ${addresses}; }\n`,
  });

  it("ignores a member whose records and instance are gone", () => {
    const files = twoOthers("[[ $1 != i-1.* ]] && echo 10.0.0.5");
    const { status, said, snapshots } = besides("1.36.1", own, { files });
    assert.deepEqual([status, snapshots], [0, 1], said);
    assert.match(said, /i-1 is passed over: the zone has no address of it/);
    assert.match(said, /may serve beside i-2 v1\.36\.1$/);
  });

  it("waits for the zone if it does not answer at all, and ignores nobody for that", () => {
    const { status, said } = besides("1.34.9", own, { files: twoOthers("return 2") });
    assert.equal(status, 1);
    assert.match(said, /ERROR: the zone does not answer$/);
  });

  for (const version of ["1.99.0", "1.20.0", "0.6"]) {
    it(`takes the place of one of its own version whatever a worker says, such as ${version}`, () => {
      assert.equal(besides(own, version).status, 0);
    });
  }

  // Bash runs a command in the index of an array that it calculates with.
  for (const version of ["1.PPID[$(touch /run/cluster/hopeless)]", "1.x", "kwok", "1.-36.0"]) {
    it(`passes over a kubelet that calls its version v${version}`, () => {
      const { status, said, snapshots } = besides("1.36.1", version);
      assert.deepEqual([status, snapshots], [0, 1], said);
      assert.ok(said.includes(`worker is passed over: its kubelet calls its version v${version}`), said);
    });
  }

  it("learns of the workers from any apiserver that lists them, and is refused where none does", () => {
    const files = twoOthers("echo 10.0.0.5");
    const one = besides("1.36.1", "1.37.0", { files, kubectlFails: { "get nodes *": 1 } });
    assert.match(one.said, /the kubelet of the worker worker runs v1\.37\.0, and none may be newer/);
    const none = besides("1.36.1", own, { files, kubectlFails: { "get nodes *": 2 } });
    assert.equal(none.status, 1);
    assert.match(
      none.said,
      /ERROR: no apiserver that serves lists the nodes, and so the workers' versions are unknown$/,
    );
  });

  // A Node as in etcd: its text is between bytes that are no text.
  const nodeInEtcd = (instance: string) => ({
    "get /registry/minions/ --prefix --print-value-only": `k8s\0\n\u0001\u001a aws:///eu-west-1a/${instance} \0*\n`,
  });
  const questions = (calls: readonly string[]) => calls.filter((call) => call.includes("/version")).length;

  it("asks a silent controller that has served again: its apiserver may be restarting", () => {
    const { status, said, snapshots } = besides("1.36.1", own, {
      etcdctl: nodeInEtcd("i-1"),
      kubectlFails: { "get --raw /version": 2 },
    });
    assert.deepEqual([status, snapshots], [0, 1], said);
    assert.match(said, /waiting up to 30 s for apiservers of controllers that have served/);
  });

  it("asks a controller that has not served yet only once, and does not wait for it", () => {
    const { status, calls, said } = besides(undefined, own, { etcdctl: nodeInEtcd("i-9") });
    assert.deepEqual([status, questions(calls)], [0, 1], said);
  });

  it("assumes after a while that a silent controller no longer serves", () => {
    const script = controllerNode().texts.get("/opt/cluster/bin/version-skew") ?? "";
    assert.match(script, /wait_for 30 /);
    const files = { "/opt/cluster/bin/version-skew": script.replace("wait_for 30 ", "wait_for 2 ") };
    const { status, calls, said } = besides(undefined, own, { etcdctl: nodeInEtcd("i-1"), files });
    assert.equal(status, 0, said);
    assert.ok(questions(calls) > 1);
    assert.match(said, /gave up after 2 s: no apiservers of controllers that have served/);
  });

  it("is checked only once: a serving controller serves again after a reboot", () => {
    const { status, calls } = besides("1.34.9", own, { files: { "/var/lib/cluster/version-skew": "" } });
    assert.deepEqual([status, calls], [0, []]);
  });
});
