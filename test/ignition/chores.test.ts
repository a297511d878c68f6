import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { Answers, runChore } from "./chore";

const lease = "get lease kube-controller-manager*";
const hostname = readFileSync("/proc/sys/kernel/hostname", "utf8").trim();
const leading = { [lease]: `${hostname}_0b9a` };
const changes = (calls: readonly string[]) =>
  calls.filter((call) => !/^kubectl get |Action=Describe/.test(call));

describe("The chores of the cluster", () => {
  for (const chore of ["bootstrap-token", "csr-approve", "drain", "nodes-reconcile"]) {
    it(`are left to the controller whose controller-manager leads: ${chore}`, () => {
      const { status, calls } = runChore(chore, [], { kubectl: { [lease]: `not-${hostname}_0b9a` } });
      assert.deepEqual([status, calls.length], [0, 1]);
    });
  }
});

describe("A kubelet's request for a serving certificate", () => {
  const node = "ip-10-0-0-20.eu-west-1.compute.internal";
  const instance = `<r><instanceId>i-1</instanceId><privateDnsName>${node}</privateDnsName>
    <privateIpAddress>10.0.0.20</privateIpAddress></r>`;

  interface Request {
    node?: string;
    providerId?: string;
    subject?: string;
    sans?: string;
    usages?: string[];
    groups?: string[];
    ec2?: string;
  }

  function decide(request: Request) {
    const { node: name = node, providerId = "aws:///eu-west-1a/i-1" } = request;
    const { subject = `/O=system:nodes/CN=system:node:${name}`, sans = `DNS:${name},IP:10.0.0.20` } = request;
    const extension = sans ? ["-addext", `subjectAltName=${sans}`] : [];
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null"];
    const pem = execFileSync("openssl", ["req", ...key, "-subj", subject, ...extension], { stdio: "pipe" });
    const csr = {
      metadata: { name: "csr-1" },
      spec: {
        username: `system:node:${name}`,
        groups: request.groups ?? ["system:nodes", "system:authenticated"],
        usages: request.usages ?? ["digital signature", "server auth"],
        request: pem.toString("base64"),
      },
    };
    const decided = { ...csr, metadata: { name: "old" }, status: { conditions: [{ type: "Approved" }] } };
    const { calls, log } = runChore("csr-approve", [], {
      kubectl: {
        ...leading,
        "get csr *": JSON.stringify({ items: [decided, csr] }),
        [`get node ${name} *`]: providerId,
      },
      aws: {
        "ec2 Action=DescribeInstances Filter.1.Name=instance-id Filter.1.Value.1=i-1 *":
          request.ec2 ?? instance,
      },
    });
    return { change: changes(calls), log };
  }

  it("is approved if it names the node and its address as EC2 does", () => {
    assert.deepEqual(decide({}), {
      change: ["kubectl certificate approve csr-1"],
      log: [`csr-approve: approved csr-1 of system:node:${node}`],
    });
  });

  it("is approved in a VPC whose DHCP options give hosts a domain that EC2 does not know", () => {
    const node = "ip-10-0-0-20.corp.example.com";
    assert.deepEqual(decide({ node }).change, ["kubectl certificate approve csr-1"]);
    const sans = `DNS:${node},DNS:ip-10-0-0-20.eu-west-1.compute.internal,IP:10.0.0.20`;
    assert.deepEqual(decide({ node, sans }).change, ["kubectl certificate approve csr-1"]);
  });

  it("is denied to a node that calls itself something that is not its instance's host name", () => {
    const node = "api.demo.example.com";
    assert.deepEqual(decide({ node }), {
      change: ["kubectl certificate deny csr-1"],
      log: [
        `csr-approve: denied csr-1 of system:node:${node}: not a name or address of this node: DNS:${node}`,
      ],
    });
  });

  const refused: [string, Request, string][] = [
    [
      "names another address",
      { sans: `DNS:${node},IP:10.0.0.99` },
      "not a name or address of this node: IP Address:10.0.0.99",
    ],
    [
      "names another host",
      { sans: "DNS:api.demo.example.com" },
      "not a name or address of this node: DNS:api.demo.example.com",
    ],
    [
      "names a wildcard",
      { sans: "DNS:*.eu-west-1.compute.internal" },
      "not a name or address of this node: DNS:*.eu-west-1.compute.internal",
    ],
    [
      "names something else than hosts",
      { sans: `DNS:${node},email:a@b.c` },
      "not a name or address of this node: email:a@b.c",
    ],
    ["names nothing", { sans: "" }, "not a name or address of this node: none at all"],
    [
      "is for another node",
      { subject: "/O=system:nodes/CN=system:node:other" },
      "its subject is CN=system:node:other,O=system:nodes",
    ],
    [
      "is for another group",
      { subject: `/O=system:masters/CN=system:node:${node}` },
      `its subject is CN=system:node:${node},O=system:masters`,
    ],
    [
      "is for two groups",
      { subject: `/O=system:nodes/O=system:masters/CN=system:node:${node}` },
      `its subject is CN=system:node:${node},O=system:masters,O=system:nodes`,
    ],
    [
      "asks for a client certificate",
      { usages: ["digital signature", "client auth"] },
      "its usages are not those of a serving certificate",
    ],
    [
      "asks for a client certificate too",
      { usages: ["server auth", "client auth"] },
      "its usages are not those of a serving certificate",
    ],
    ["comes from no node", { groups: ["system:authenticated"] }, "not from a node"],
  ];
  for (const [what, request, reason] of refused) {
    it(`is denied with the reason if it ${what}`, () => {
      assert.deepEqual(decide(request), {
        change: ["kubectl certificate deny csr-1"],
        log: [`csr-approve: denied csr-1 of system:node:${node}: ${reason}`],
      });
    });
  }

  const unknown: [string, Request][] = [
    ["EC2 knows no such instance of the cluster", { ec2: "<r></r>" }],
    ["EC2 knows two", { ec2: `${instance}<instanceId>i-2</instanceId>` }],
    ["its Node is not there, or does not tell its instance", { providerId: "" }],
    ["its Node tells no instance of AWS", { providerId: "aws:///eu-west-1a/i-1,i-2" }],
  ];
  for (const [what, request] of unknown) {
    it(`waits while ${what}`, () => {
      const log = [
        `csr-approve: csr-1 of system:node:${node} waits: EC2 knows no running instance of this cluster for it`,
      ];
      assert.deepEqual(decide(request), { change: [], log });
    });
  }

  it("of a node whose name is none never reaches kubectl's command line", () => {
    const { change, log } = decide({ node: "--server=10.0.0.99", sans: "IP:10.0.0.20" });
    assert.deepEqual(change, []);
    assert.match(log.join(), /waits/);
  });
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

  it("begins for this cluster's pool instances that wait for termination", () => {
    const { status, calls } = runChore("drain", [], {
      kubectl: leading,
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
      kubectl: leading,
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

  it("are written when all controllers that serve have this version", () => {
    const { status, calls } = run(
      controller("a", "v1.36.4", "True"),
      controller("b", "v1.36.4", "False"),
      controller("gone", "v1.36.3", "Unknown"),
    );
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

  it("stay as they are while another version serves", () => {
    const { status, calls, log } = run(
      controller("a", "v1.36.4", "True"),
      controller("old", "v1.36.3", "True"),
    );
    assert.deepEqual([status, changes(calls)], [0, []]);
    assert.match(log.join(), /nothing written at v1\.36\.4 while other controllers serve: old v1\.36\.3$/);
  });
});
