import assert from "node:assert/strict";
import { parse } from "yaml";
import { Answers, changes, hostname, leading, lease, runChore } from "./chore";

describe("The chores of the cluster", () => {
  for (const chore of ["bootstrap-token", "csr-approve", "drain", "nodes-reconcile", "secrets-rewrite"]) {
    it(`are left to the controller whose controller-manager leads: ${chore}`, () => {
      const { status, calls } = runChore(chore, [], { kubectl: { [lease]: `not-${hostname}_0b9a` } });
      assert.deepEqual([status, calls.length], [0, 1]);
    });
  }
});

describe("The bootstrap token", () => {
  const inMinutes = (minutes: number) =>
    Buffer.from(new Date(Date.now() + minutes * 60_000).toISOString().replace(/\.\d+/, "")).toString(
      "base64",
    );
  const mint = (...minutesLeft: number[]) =>
    runChore("bootstrap-token", [], {
      kubectl: {
        ...leading,
        "get secrets *": JSON.stringify({
          items: minutesLeft.map((left) => ({ data: { expiration: inMinutes(left) } })),
        }),
      },
    });

  it("stays while one has 90 minutes left", () => {
    assert.deepEqual(changes(mint(20, 95).calls), []);
  });

  it("is replaced after that: in the store first, then in the cluster", () => {
    for (const { status, calls } of [mint(), mint(20, 85)]) {
      assert.deepEqual(
        [status, changes(calls)],
        [
          0,
          [
            "kubeadm token generate",
            "s3_put bootstrap/token /run/cluster/bootstrap-token",
            "kubectl create -f -",
          ],
        ],
      );
    }
  });

  it("is good for two hours and for joining alone", () => {
    const { metadata, type, stringData } = parse(mint().created) as {
      metadata: { name: string };
      type: string;
      stringData: Record<string, string>;
    };
    const { expiration, ...rest } = stringData;
    assert.deepEqual([metadata.name, type], ["bootstrap-token-abcdef", "bootstrap.kubernetes.io/token"]);
    assert.deepEqual(rest, {
      "token-id": "abcdef",
      "token-secret": "0123456789abcdef",
      "usage-bootstrap-authentication": "true",
      "auth-extra-groups": "system:bootstrappers:kubeadm:default-node-token",
    });
    assert.ok(Math.abs(Date.parse(expiration) - Date.now() - 2 * 3600_000) < 60_000, expiration);
  });

  it("is in no log and on no command line", () => {
    const { log, calls } = mint();
    assert.doesNotMatch([...log, ...calls].join("\n"), /0123456789abcdef/);
  });
});

describe("Draining", () => {
  const member = (id: string, group: string, state: string) =>
    `<member><AutoScalingGroupName>${group}</AutoScalingGroupName><LifecycleState>${state}</LifecycleState><InstanceId>${id}</InstanceId></member>`;

  const owned =
    "Action=DescribeInstances MaxResults=1000 Filter.1.Name=tag:kubernetes.io/cluster/demo Filter.1.Value.1=owned";
  const ids = (count: number) => Array.from({ length: count }, (_, index) => `i-${index + 1}`);
  const listed = (...ids: string[]) => ids.map((id) => `<instanceId>${id}</instanceId>`).join("");
  const asked = (ids: readonly string[]) =>
    `autoscaling Action=DescribeAutoScalingInstances ${ids.map((id, index) => `InstanceIds.member.${index + 1}=${id}`).join(" ")}`;

  const marked = "get nodes -l pulumi-kubeadm/interrupted-at *";

  it("begins for Nodes that say EC2 takes their instance back, whatever AWS answers", () => {
    const { calls } = runChore("drain", [], {
      kubectl: { ...leading, [marked]: "aws:///eu-west-1a/i-1 aws:///eu-west-1b/i-2" },
    });
    assert.deepEqual(changes(calls), [
      "systemctl start --no-block drain@i-1.service",
      "systemctl start --no-block drain@i-2.service",
    ]);
  });

  it("begins for this cluster's pool instances that wait for termination", () => {
    const { status, calls } = runChore("drain", [], {
      kubectl: { ...leading, [marked]: "" },
      aws: {
        [`ec2 ${owned}`]: listed(...ids(5)),
        [asked(ids(5))]:
          `<r>${member("i-1", "demo-pool-a", "InService")}${member("i-2", "demo-pool-a", "Terminating:Wait")}` +
          `${member("i-3", "demo-controllers", "Terminating:Wait")}${member("i-4", "other-pool-a", "Terminating:Wait")}` +
          `${member("i-5", "demo-pool-b", "Terminating:Wait")}</r>`,
      },
    });
    assert.equal(status, 0);
    assert.deepEqual(changes(calls), [
      "systemctl start --no-block drain@i-2.service",
      "systemctl start --no-block drain@i-5.service",
    ]);
  });

  it("asks EC2 page by page, and Auto Scaling for 50 instances at a time", () => {
    const all = ids(101);
    const { status, calls } = runChore("drain", [], {
      kubectl: { ...leading, [marked]: "" },
      aws: {
        [`ec2 ${owned} NextToken=page2`]: listed(...all.slice(60)),
        [`ec2 ${owned}`]: `${listed(...all.slice(0, 60))}<nextToken>page2</nextToken>`,
        [asked(all.slice(0, 50))]: "<r/>",
        [asked(all.slice(50, 100))]: `<r>${member("i-51", "demo-pool-a", "Terminating:Wait")}</r>`,
        [asked(all.slice(100))]: `<r>${member("i-101", "demo-pool-a", "Terminating:Wait")}</r>`,
      },
    });
    assert.equal(status, 0);
    assert.deepEqual(changes(calls), [
      "systemctl start --no-block drain@i-51.service",
      "systemctl start --no-block drain@i-101.service",
    ]);
  });

  const nodes = JSON.stringify({
    items: [
      { metadata: { name: "other" }, spec: { providerID: "aws:///eu-west-1a/i-22" } },
      { metadata: { name: "unset" }, spec: {} },
      { metadata: { name: "worker" }, spec: { providerID: "aws:///eu-west-1a/i-2" } },
    ],
  });
  const complete =
    "autoscaling Action=CompleteLifecycleAction AutoScalingGroupName=demo-pool-a LifecycleHookName=terminate InstanceId=i-2 LifecycleActionResult=CONTINUE";
  const drainNode = (kubectl: Answers["kubectl"], state = "Terminating:Wait") => {
    const { status, calls, log } = runChore("drain-node", ["i-2"], {
      kubectl: { "get nodes *": nodes, ...kubectl },
      aws: {
        "autoscaling Action=DescribeAutoScalingInstances*": member("i-2", "demo-pool-a", state),
        "autoscaling Action=CompleteLifecycleAction*": "",
      },
    });
    return { status, changed: changes(calls), log };
  };
  const drain = "kubectl drain worker --ignore-daemonsets --delete-emptydir-data --force --timeout 780s";

  const forget = "kubectl delete node worker --ignore-not-found --wait=false";

  it("empties the instance's own node, deletes it, then lets the termination go on", () => {
    const { status, changed } = drainNode({ "drain worker *": "", "delete node worker *": "" });
    assert.deepEqual([status, changed], [0, [drain, forget, complete]]);
  });

  it("lets the termination go on when the node cannot be deleted", () => {
    const { status, changed } = drainNode({ "drain worker *": "" });
    assert.deepEqual([status, changed], [0, [drain, forget, complete]]);
  });

  it("lets the termination go on when a budget holds a pod for too long, and says so", () => {
    const { status, changed, log } = drainNode({});
    assert.deepEqual([status, changed], [0, [drain, complete]]);
    assert.match(log.join("\n"), /ERROR: worker \(i-2\) is not empty after 780 s, its termination goes on/);
  });

  it("takes no longer than EC2 leaves the instance", () => {
    const interrupted = (at: string) =>
      drainNode({
        "get nodes *": JSON.stringify({
          items: [
            {
              metadata: { name: "worker", labels: { "pulumi-kubeadm/interrupted-at": at } },
              spec: { providerID: "aws:///eu-west-1a/i-2" },
            },
          ],
        }),
      })
        .changed[0]?.split(" ")
        .at(-1);
    const inSeconds = (seconds: number) => String(Math.floor(Date.now() / 1000) + seconds);
    const limit = Number(interrupted(inSeconds(100))?.replace("s", ""));
    assert.ok(limit > 90 && limit <= 100, String(limit));
    assert.equal(interrupted(inSeconds(-10)), "1s");
    for (const wrong of [inSeconds(5000), "soon", "limit_seconds"]) assert.equal(interrupted(wrong), "780s");
  });

  it("completes the hook of an instance that never joined", () => {
    assert.deepEqual(drainNode({ "get nodes *": '{"items":[]}' }).changed, [complete]);
  });

  it("completes no hook that no longer waits", () => {
    assert.deepEqual(drainNode({ "drain worker *": "" }, "Terminating:Proceed").changed, [drain, forget]);
  });
});

describe("Nodes whose instances are gone", () => {
  const node = (name: string, ready: string, providerID?: string) => ({
    metadata: { name },
    spec: { providerID },
    status: { conditions: [{ type: "Ready", status: ready }] },
  });
  const reconcile = (nodes: object[], ec2: string) =>
    runChore("nodes-reconcile", [], {
      kubectl: { ...leading, "get nodes *": JSON.stringify({ items: nodes }), "delete node *": "" },
      aws: { "ec2 Action=DescribeInstances Filter.1.Name=instance-id *": ec2 },
    });
  const state = (id: string, name: string) =>
    `<item><instanceId>${id}</instanceId><instanceState><code>0</code><name>${name}</name></instanceState></item>`;

  it("are deleted, controllers' too; those of stopped, running and just now unknown instances stay", () => {
    const { status, calls, log } = reconcile(
      [
        node("ready", "True", "aws:///eu-west-1a/i-0"),
        node("terminated", "Unknown", "aws:///eu-west-1a/i-1"),
        node("stopped", "Unknown", "aws:///eu-west-1a/i-2"),
        node("unknown", "Unknown", "aws:///eu-west-1a/i-3"),
        node("running", "False", "aws:///eu-west-1a/i-4"),
        node("not-ours", "Unknown"),
      ],
      state("i-1", "terminated") + state("i-2", "stopped") + state("i-4", "running"),
    );
    assert.equal(status, 0);
    assert.deepEqual(changes(calls), ["kubectl delete node terminated --ignore-not-found --wait=false"]);
    assert.deepEqual(log, [
      "nodes-reconcile: EC2 does not know i-3",
      "nodes-reconcile: deleted the Node terminated: its instance i-1 is gone",
    ]);
  });

  it("cost no call to EC2 while all Nodes are ready", () => {
    const { status, calls } = reconcile([node("ready", "True", "aws:///eu-west-1a/i-0")], "");
    assert.deepEqual([status, calls.filter((call) => call.startsWith("ec2"))], [0, []]);
  });

  it("are asked for in questions that EC2 takes: at most 200 instances each", () => {
    const nodes = Array.from({ length: 250 }, (_, n) => node(`n${n}`, "Unknown", `aws:///eu-west-1a/i-${n}`));
    const { status, calls } = reconcile(nodes, state("i-7", "terminated") + state("i-249", "terminated"));
    assert.equal(status, 0);
    const sizes = calls.filter((call) => call.startsWith("ec2")).map((call) => call.match(/Value/g)?.length);
    assert.deepEqual(sizes, [200, 50]);
    assert.equal(changes(calls).length, 2);
  });
});

describe("The cluster-wide objects", () => {
  const controller = (name: string, version: string, ready: string) => ({
    metadata: { name },
    status: { nodeInfo: { kubeletVersion: version }, conditions: [{ type: "Ready", status: ready }] },
  });
  const run = (...items: object[]) =>
    runChore("kubeadm-cluster-objects", [], {
      kubectl: { "get nodes *": JSON.stringify({ items }), "apply *": "" },
    });

  it("are written when all controllers have this version", () => {
    const { status, calls } = run(controller("a", "v1.36.4", "True"), controller("b", "v1.36.4", "False"));
    assert.deepEqual(
      [status, changes(calls).map((call) => call.replace(/ --config.*/, ""))],
      [
        0,
        [
          "kubeadm init phase upload-config all",
          "kubectl apply --server-side --force-conflicts -f /etc/cluster/manifests/node-bootstrap.yaml",
          "kubeadm init phase addon all",
        ],
      ],
    );
  });

  it("stay as they are while there is a controller of another version, be it silent", () => {
    for (const ready of ["True", "Unknown"]) {
      const { status, calls, log } = run(
        controller("a", "v1.36.4", "True"),
        controller("old", "v1.36.3", ready),
      );
      assert.deepEqual([status, changes(calls)], [0, []]);
      assert.match(
        log.join(),
        /nothing written at v1\.36\.4 while there are other controllers: old v1\.36\.3$/,
      );
    }
  });
});
