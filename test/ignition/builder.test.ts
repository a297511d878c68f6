import assert from "node:assert/strict";
import fc from "fast-check";
import { bastionIgnition } from "../../ignition/bastion";
import { controllerIgnition } from "../../ignition/controller";
import { controllerKeyObjects, workerKeyObjects } from "../../ignition/keyObjects";
import { nodeFiles } from "../../ignition/nodeFiles";
import { pointerUserData, userDataLimitBytes } from "../../ignition/pointer";
import { workerIgnition } from "../../ignition/worker";
import { controllerFacts, controllerNode, everyKindOfNode, workerFacts, workerNode } from "./rendered";

/** What Flatcar would start by itself. */
const masked = [
  "amazon-ssm-agent.service",
  "docker.socket",
  "locksmithd.service",
  "update-engine.service",
].map((name) => ({ name, mask: true }));

describe("A node's config", () => {
  it("is the same text for the same facts", () => {
    assert.equal(controllerIgnition(controllerFacts), controllerIgnition(controllerFacts));
    const labels = { a: "1", b: "2" };
    const swapped = { b: "2", a: "1" };
    assert.equal(
      workerIgnition({ ...workerFacts, labels }),
      workerIgnition({ ...workerFacts, labels: swapped }),
    );
  });

  it("has its files in order, each once", () => {
    for (const node of Object.values(everyKindOfNode)) {
      const paths = (node().config.storage?.files ?? []).map(({ path }) => path);
      assert.deepEqual(paths, [...new Set(paths)].sort());
    }
  });

  it("runs nothing that updates or reboots a node, opens a login, or starts a second container runtime", () => {
    for (const [kind, node] of Object.entries(everyKindOfNode)) {
      assert.deepEqual(
        node().units.filter(({ mask }) => mask),
        masked,
        kind,
      );
    }
  });

  it("keeps Flatcar's protection of containerd from the out-of-memory killer", () => {
    for (const node of Object.values(everyKindOfNode)) {
      const [globally = ""] = (node().texts.get("/etc/containerd/config.toml") ?? "").split(/^\s*\[/m);
      assert.match(globally, /^oom_score = -999$/m);
    }
  });

  it("makes scripts executable, and none of our other files", () => {
    for (const { path, mode } of workerNode().config.storage?.files ?? []) {
      const executable = /^\/opt\/(bin|cluster\/bin)\//.test(path);
      assert.equal(mode, executable ? 0o755 : 0o644, path);
    }
  });

  it("gives the key sync exactly the objects that its role reads", () => {
    assert.equal(
      workerNode().texts.get("/etc/cluster/key-objects"),
      "settings/ssh-authorized-keys /etc/cluster/ssh-authorized-keys 0644 root\n" +
        "pki/kubernetes/ca.crt /etc/kubernetes/pki/ca.crt 0644 root\n",
    );
    assert.equal(
      controllerNode().texts.get("/etc/cluster/key-objects")?.trim().split("\n").length,
      controllerKeyObjects.length,
    );
  });

  it("contains no SSH keys: sshd reads them from what the key sync downloads", () => {
    for (const [kind, node] of Object.entries(everyKindOfNode)) {
      const { config, texts } = node();
      assert.equal(config.passwd, undefined, kind);
      const dropIn = texts.get("/etc/ssh/sshd_config.d/10-ssh-authorized-keys.conf") ?? "";
      assert.deepEqual(
        dropIn.split("\n").filter((line) => line !== "" && !line.startsWith("#")),
        ["Match User core", "  AuthorizedKeysFile /etc/cluster/ssh-authorized-keys"],
        kind,
      );
    }
  });

  it("holds no key, certificate or token", () => {
    const secret =
      /-----BEGIN (?!CERTIFICATE REQUEST)|PRIVATE KEY|AKIA[A-Z0-9]{16}|\b[a-z0-9]{6}\.[a-z0-9]{16}\b|certificate-authority-data/;
    for (const [kind, node] of Object.entries(everyKindOfNode)) {
      const { texts, units } = node();
      for (const [path, text] of texts) assert.doesNotMatch(text, secret, `${kind}: ${path}`);
      for (const { name, contents = "" } of units) assert.doesNotMatch(contents, secret, `${kind}: ${name}`);
    }
  });

  it("gives a worker no administrator's credential and no CA key", () => {
    assert.deepEqual(
      workerKeyObjects.map(({ key }) => key),
      ["settings/ssh-authorized-keys", "pki/kubernetes/ca.crt"],
    );
    for (const [path, text] of workerNode().texts) {
      assert.doesNotMatch(text, /admin\.conf|ca\.key/, path);
    }
  });
});

describe("Key objects", () => {
  it("never include the private key of the etcd CA", () => {
    const keys = controllerKeyObjects.map(({ key }) => key);
    assert.deepEqual(
      keys.filter((key) => key.startsWith("pki/etcd/ca")),
      ["pki/etcd/ca.crt"],
    );
  });

  it("are readable by their owner alone if they hold a private key", () => {
    for (const { key, mode } of controllerKeyObjects) {
      const isPublic = /\.(crt|pub)$|^settings\//.test(key);
      assert.equal(mode, isPublic ? "0644" : "0600", key);
    }
  });
});

describe("Placeholders", () => {
  const values = workerPlaceholders();

  it("must have a value", () => {
    const withoutZone = Object.fromEntries(Object.entries(values).filter(([name]) => name !== "zone"));
    assert.throws(
      () => nodeFiles(["node", "worker"], withoutZone),
      new Error("/etc/cluster/bootstrap-kubeconfig.yaml: no value for the placeholder {{zone}}"),
    );
  });

  it("must exist for every value", () => {
    assert.throws(
      () => nodeFiles(["node", "worker"], { ...values, colour: "blue", size: "3" }),
      new Error("no file has the placeholder {{colour}}, {{size}}"),
    );
  });

  it("accept only one line each", () => {
    assert.throws(
      () => nodeFiles(["node", "worker"], { ...values, pool: "general\nROLE=controller" }),
      new Error("/etc/cluster/cluster.env: the value of {{pool}} is more than one line"),
    );
  });

  it("cannot become code in files that scripts source", () => {
    for (const group of ["$(id)", "`id`", "a;id", "a b", "a'b", 'a"b', "a&b", "a\\b", "*", "~"])
      assert.throws(
        () => nodeFiles(["node", "worker"], { ...values, group }),
        /a shell would read the value of \{\{group\}\}/,
      );
  });

  it("are all filled", () => {
    for (const { path, text } of nodeFiles(["node", "worker"], values))
      assert.doesNotMatch(text, /\{\{/, path);
  });

  function workerPlaceholders(): Record<string, string> {
    const names =
      "clusterName zone region dnsSuffix ecrDualStackSuffix bucket logGroup group pool kubernetesVersion nodeLabels taints featureGates " +
      "cpuManagerPolicy systemReserved kubeReserved podNetwork podCidr otherwise cloudProvider";
    return Object.fromEntries(names.split(" ").map((name) => [name, name]));
  }
});

describe("Downloads", () => {
  const download = (node: ReturnType<typeof controllerNode>, path: string) =>
    node.config.storage?.files.find((file) => file.path === path)?.contents;

  it("are the publisher's files, checked by their SHA-256", () => {
    assert.deepEqual(download(controllerNode(), "/opt/bin/kubelet"), {
      source: "https://dl.k8s.io/release/v1.36.4/bin/linux/amd64/kubelet",
      verification: { hash: "sha256-cf2562db46c48ab84cc3791540778ee7fb1a0a008529adbb434723dd02ed8b4b" },
    });
  });

  it("come from the mirror if there is one", () => {
    const mirrored = controllerNode({ downloads: { mirror: "https://mirror.example.com", sha256: {} } });
    const sources = (mirrored.config.storage?.files ?? [])
      .map(({ contents }) => contents.source)
      .filter((source) => !source.startsWith("data:"));
    assert.deepEqual(sources, [
      "https://mirror.example.com/dl.k8s.io/release/v1.36.4/bin/linux/amd64/kubeadm",
      "https://mirror.example.com/dl.k8s.io/release/v1.36.4/bin/linux/amd64/kubectl",
      "https://mirror.example.com/dl.k8s.io/release/v1.36.4/bin/linux/amd64/kubelet",
      "https://mirror.example.com/github.com/containernetworking/plugins/releases/download/v1.9.1/cni-plugins-linux-amd64-v1.9.1.tgz",
      "https://mirror.example.com/github.com/etcd-io/etcd/releases/download/v3.6.14/etcd-v3.6.14-linux-amd64.tar.gz",
    ]);
  });

  it("use a given checksum instead of the known one", () => {
    const sha256 = { "kubelet-1.36.4-amd64": "0".repeat(64) };
    assert.deepEqual(download(controllerNode({ downloads: { sha256 } }), "/opt/bin/kubelet")?.verification, {
      hash: `sha256-${"0".repeat(64)}`,
    });
  });

  it("without a known checksum are refused, all at once", () => {
    assert.throws(
      () => workerNode({ kubernetesVersion: "1.36.9", architecture: "arm64" }),
      new Error(
        "no checksum is known for kubeadm-1.36.9-arm64, kubelet-1.36.9-arm64: give the publisher's SHA-256 of each in downloads.sha256",
      ),
    );
  });
});

describe("User data", () => {
  const object = {
    bucket: controllerFacts.bucket,
    key: "ignition/controller/0f1e2d3c4b5a69788796a5b4c3d2e1f0.ign",
    sha512: "ab".repeat(64),
  };

  it("is a pointer to the stored config", () => {
    assert.deepEqual(JSON.parse(pointerUserData(object)), {
      ignition: {
        version: "3.4.0",
        config: {
          replace: {
            source:
              "s3://demo-nodes-123456789012-eu-west-1/ignition/controller/0f1e2d3c4b5a69788796a5b4c3d2e1f0.ign",
            verification: { hash: `sha512-${"ab".repeat(64)}` },
          },
        },
      },
    });
  });

  it("has less than 16 384 bytes or is refused", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 * userDataLimitBytes }), (length) => {
        const key = "k".repeat(length);
        const pointer = () => pointerUserData({ ...object, key });
        const bytes = Buffer.byteLength(pointerUserData({ ...object, key: "" })) + length;
        if (bytes < userDataLimitBytes) assert.equal(Buffer.byteLength(pointer()), bytes);
        else
          assert.throws(
            pointer,
            new Error(`user data for ${key} has ${bytes} bytes, EC2 takes less than 16384`),
          );
      }),
    );
  });

  it("of a bastion is small and holds public keys only", () => {
    const json = bastionIgnition(["ssh-ed25519 AAAA someone"]);
    assert.deepEqual(JSON.parse(json), {
      ignition: { version: "3.4.0" },
      passwd: { users: [{ name: "core", sshAuthorizedKeys: ["ssh-ed25519 AAAA someone"] }] },
      systemd: {
        units: masked,
      },
    });
  });
});
