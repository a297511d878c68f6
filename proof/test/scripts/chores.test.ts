import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { changes, runChore } from "./chore";

describe("The chores of the cluster", () => {
  for (const chore of ["bootstrap-token", "csr-approve", "drain", "nodes-reconcile", "secrets-rewrite"]) {
    it(`are left to the controller that leads: ${chore}`, () => {
      const { status, calls } = runChore(chore, [], { kubectl: {}, leads: false });
      assert.deepEqual([status, calls], [0, []]);
    });
  }
});

describe("A pass that cannot finish", () => {
  const refused =
    "The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?";
  const saying = (chore: string, said: string) =>
    runChore(chore, [], {
      kubectl: {},
      aws: {
        "autoscaling Action=DescribeAutoScalingGroups *":
          "<AutoScalingGroupName>demo-pool-workers</AutoScalingGroupName>",
      },
      kubectlSays: { "get nodes*": said, "get secrets*": said, "get configmap*": said },
      files: { "/etc/kubernetes/encryption/encryption.yaml": "- name: key1" },
    });

  for (const chore of ["nodes-reconcile", "secrets-rewrite", "kubeadm-cluster-objects", "bootstrap-token"]) {
    it(`ends without failure if the next pass will repair it, and says why: ${chore}`, () => {
      for (const said of [refused, "Error from server: etcdserver: request timed out"]) {
        const { status, log } = saying(chore, said);
        assert.equal(status, 75, log.join("\n"));
        assert.ok(log.includes(said), log.join("\n"));
      }
    });

    it(`fails if the next pass would not repair it: ${chore}`, () => {
      assert.equal(saying(chore, "Error from server (Forbidden): it is forbidden").status, 1);
    });
  }

  it("ends so too where kubeadm or a later call finds no API", () => {
    const said = "error: Get https://127.0.0.1:6443/readyz: etcd failed: context deadline exceeded";
    const objects = runChore("kubeadm-cluster-objects", [], {
      kubectl: { "get nodes *": '{"items": []}' },
      kubeadmSays: { "init phase upload-config *": said },
    });
    assert.deepEqual([objects.status, objects.log], [75, [said]]);

    const marker = "# The add-ons, as pulumi up writes them for addons-apply";
    const addons = runChore("addons-apply", [], {
      kubectl: { "get configmap *": "", "create configmap *": "", "apply * --field-manager addons -f -": "" },
      kubectlSays: { "apply * -o jsonpath=*": said },
      aws: { "s3_get addons/manifest.yaml *": `${marker}\n#- Namespace - example\n` },
    });
    assert.equal(addons.status, 75, addons.log.join("\n"));
    assert.match(addons.log.join("\n"), /ERROR: not all of the add-ons could be applied/);

    const deletion = runChore("addons-apply", [], {
      kubectl: { "get configmap *": "Namespace - example", "create configmap *": "", "apply *": "" },
      kubectlSays: { "get Namespace example *": said },
      aws: { "s3_get addons/manifest.yaml *": `${marker}\n` },
    });
    assert.equal(deletion.status, 75, deletion.log.join("\n"));
    assert.match(deletion.log.join("\n"), /ERROR: cannot look for Namespace example/);
  });

  it("is no failed unit, whichever timer has begun it", () => {
    const files = join(__dirname, "../../../ignition/files");
    const units = (ending: string) =>
      readdirSync(files).flatMap((tree) => {
        const folder = join(files, tree, "etc/systemd/system");
        return readdirSync(folder).filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
      }); // prettier-ignore
    const services = units(".timer").map((timer) => timer.replace(/timer$/, "service"));
    services.push(...units("@.service"));
    assert.ok(services.length >= 7);
    for (const service of services)
      assert.match(readFileSync(service, "utf8"), /^SuccessExitStatus=75$/m, service);
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
      kubectl: { "get nodes *": JSON.stringify({ items: nodes }), "delete node *": "" },
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
  const coredns = (tag: string) => `registry.k8s.io/coredns/coredns:${tag}`;
  const run = (items: object[], installed = "") => {
    const { status, calls, log } = runChore("kubeadm-cluster-objects", [], {
      kubectl: {
        "get nodes *": JSON.stringify({ items }),
        "apply *": "",
        "get deployment coredns *": installed,
      },
      kubeadm: { "config images list *": `registry.k8s.io/kube-proxy:v1.36.4\n${coredns("v1.14.2")}\n` },
    });
    const isQuestion = (call: string) => call.startsWith("kubeadm config images");
    const done = changes(calls).filter((call) => !isQuestion(call));
    return { status, log, done: done.map((call) => call.replace(/ --config.*/, "")) };
  };
  const common = [
    "kubeadm init phase upload-config all",
    "kubectl apply --server-side --force-conflicts -f /etc/cluster/manifests/cluster-dns.yaml",
    // Policies that limit workers come before the rights with which workers join.
    "kubectl apply --server-side --force-conflicts -f /etc/cluster/manifests/node-admission.yaml",
    "kubectl apply --server-side --force-conflicts -f /etc/cluster/manifests/node-bootstrap.yaml",
    "kubeadm init phase addon kube-proxy",
  ];
  const all = [...common, "kubeadm init phase addon coredns"];

  it("are written when all controllers have this version", () => {
    const { status, done } = run([controller("a", "v1.36.4", "True"), controller("b", "v1.36.4", "False")]);
    assert.deepEqual([status, done], [0, all]);
  });

  it("are also written beside newer controllers, so that going back takes kube-proxy along with the first apiserver", () => {
    for (const newer of ["v1.36.10", "v1.37.0", "v1.37.0-rc.1"]) {
      const { status, done } = run([controller("a", "v1.36.4", "True"), controller("newer", newer, "True")]);
      assert.deepEqual([status, done], [0, all], newer);
    }
  });

  it("take CoreDNS to the release's own, and leave a newer one, which kubeadm cannot take back", () => {
    for (const tag of ["v1.9.3", "v1.14.1", "v1.14.2"]) {
      assert.deepEqual(run([controller("a", "v1.36.4", "True")], coredns(tag)).done, all, tag);
    }
    const { status, done, log } = run([controller("a", "v1.36.4", "True")], coredns("v1.14.6"));
    assert.deepEqual([status, done], [0, common]);
    assert.match(log.join(), /CoreDNS stays as it is: \S*v1\.14\.6 is newer than \S*v1\.14\.2/);
  });

  it("stay unchanged while there is a controller of an older version, even a silent one", () => {
    for (const ready of ["True", "Unknown"]) {
      const { status, done, log } = run([
        controller("a", "v1.36.4", "True"),
        controller("old", "v1.36.3", ready),
      ]);
      assert.deepEqual([status, done], [0, []]);
      assert.match(
        log.join(),
        /nothing written at v1\.36\.4 while there are older controllers: old v1\.36\.3$/,
      );
    }
  });
});
