import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Settings, parseSettings, readSettings } from "../../settings";
import { defaultNetwork } from "../../settings/fields";
import { right } from "./refusal";

/** What two settings are completed to. */
const completed: Settings = {
  ...right,
  zones: 3,
  podCidr: "10.244.0.0/16",
  serviceCidr: "10.96.0.0/16",
  api: { access: "internal", allowedCidrs: [] },
  access: { kind: "none", allowedCidrs: [], sshAuthorizedKeys: [] },
  controlPlane: { size: 3, instanceType: "m7i.large", architecture: "amd64", diskGib: 50 },
  versions: { kubernetes: "1.36.4", etcd: "3.6.14", flatcar: "4757.2.1" },
  downloads: { sha256: {} },
  workerPools: {
    workers: {
      min: 2,
      max: 2,
      instanceTypes: ["m7i.large"],
      spotPercent: 0,
      architecture: "amd64",
      diskGib: 50,
      labels: {},
      taints: [],
      kubelet: {
        featureGates: {},
        cpuManagerPolicy: "none",
        systemReserved: { cpu: "100m", memory: "256Mi" },
        kubeReserved: { cpu: "100m", memory: "256Mi" },
      },
    },
  },
  addons: { manifests: [], leaveOut: [] },
  snapshots: { intervalMinutes: 60, retentionDays: 30 },
  encryption: { key: 1 },
  protect: false,
};

describe("Settings", () => {
  it("need a name and a domain, and are completed with their defaults", () => {
    assert.deepEqual(parseSettings(right), completed);
  });

  it("complete a part that is given in part", () => {
    const { network, workerPools } = parseSettings({
      ...right,
      network: { nat: "single" },
      workerPools: { batch: { min: 0, max: 5, taints: [{ key: "dedicated", effect: "NoSchedule" }] } },
    });
    assert.deepEqual(network, { cidr: "10.0.0.0/16", nat: "single" });
    const { batch } = workerPools;
    assert.deepEqual([batch.min, batch.max, batch.diskGib], [0, 5, 50]);
    assert.deepEqual(batch.taints, [{ key: "dedicated", value: "", effect: "NoSchedule" }]);
  });

  it("give a network that names nothing the range and NAT gateways of a stack without one", () => {
    assert.deepEqual(parseSettings({ ...right, network: {} }).network, defaultNetwork);
    assert.deepEqual(defaultNetwork, { cidr: "10.0.0.0/16", nat: "zone" });
  });

  it("let a cluster's name have a pool in it that is no other cluster's", () => {
    for (const name of ["pool", "pool-a", "dev-pools", "dev-pools-a", "devpool"]) {
      assert.equal(parseSettings({ ...right, name }).name, name);
    }
  });

  it("make a pool that names only its least size as large at most", () => {
    assert.equal(parseSettings({ ...right, workerPools: { batch: { min: 7 } } }).workerPools.batch.max, 7);
  });

  it("name all that is wrong at once, in one message", () => {
    const wrong = {
      name: "Dev",
      zones: 7,
      controlPlane: { size: 2 },
      network: { cidr: "10.0.0.0/15" },
      api: { access: "public" },
      nodes: 3,
      workerPools: { workers: { min: 3, max: 2 }, batch: { spotPercent: 200 } },
    };
    assert.throws(
      () => parseSettings(wrong),
      (error: Error) => {
        const [first, ...lines] = error.message.split("\n");
        assert.equal(first, "9 settings are wrong (docs/settings.md describes each):");
        assert.deepEqual(
          lines.map((line) => line.trim().split(": ")[0].replace("pulumi-kubeadm:", "")).sort(),
          [
            "api.allowedCidrs",
            "controlPlane.size",
            "domain",
            "name",
            "network.cidr",
            "nodes",
            "workerPools.batch.spotPercent",
            "workerPools.workers.max",
            "zones",
          ],
        );
        return true;
      },
    );
  });

  it("are checked further where a part of a pool, or another pool, is wrong", () => {
    assert.throws(
      () =>
        parseSettings({
          name: "demo",
          domain: "example.com",
          workerPools: {
            batch: { min: 5, max: 2, spotPercent: 101, typo: 1 },
            W: { min: 3, max: 2, spotPercent: 200 },
            arm: { architecture: "x86", instanceTypes: ["m7g.large"], min: 3, max: 1 },
            web: { min: "two", max: 1 },
          },
        }),
      (error: Error) => {
        const keys = error.message
          .split("\n")
          .slice(1)
          .map((line) => line.trim().split(": ")[0].replace("pulumi-kubeadm:workerPools.", ""));
        assert.deepEqual(keys.sort(), [
          "W",
          "W.max",
          "W.spotPercent",
          "arm.architecture",
          "arm.max",
          "batch.max",
          "batch.spotPercent",
          "batch.typo",
          "web.min",
        ]);
        return true;
      },
    );
  });

  it("are read as `pulumi config set` stores them: all but text is JSON", async () => {
    await pulumi.runtime.setMocks(
      { newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: () => ({}) },
      "pulumi-kubeadm",
    );
    pulumi.runtime.setAllConfig({
      "aws:region": "eu-central-1",
      "pulumi-kubeadm:name": "dev",
      "pulumi-kubeadm:domain": "k8s.example.com",
      "pulumi-kubeadm:zones": "2",
      "pulumi-kubeadm:protect": "true",
      "pulumi-kubeadm:network": '{"nat":"single"}',
      "pulumi-kubeadm:workerPools": '{"batch":{"min":1,"labels":{"example.com/tier":"1"}}}',
    });
    const { zones, protect, network, workerPools } = readSettings();
    assert.deepEqual([zones, protect, network?.nat], [2, true, "single"]);
    assert.deepEqual(workerPools.batch.labels, { "example.com/tier": "1" });
  });

  it("take a text for what it says where the setting is a text", async () => {
    await pulumi.runtime.setMocks({
      newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
      call: () => ({}),
    });
    for (const name of ["true", "false", "null"]) {
      pulumi.runtime.setAllConfig({
        "pulumi-kubeadm:name": name,
        "pulumi-kubeadm:domain": "k8s.example.com",
      });
      assert.equal(readSettings().name, name);
    }
  });

  it("are each described, with the default if there is one", () => {
    for (const { key, comment, form } of fields()) {
      assert.ok(comment, `${key} has no description`);
      if (!/\.(default|optional)\(/.test(form)) continue;
      assert.match(comment, /@default \S/, `${key} does not tell its default`);
    }
    assert.ok(fields().length > 40);
  });

  it("tell the unit of every number", () => {
    for (const { key, comment, form } of fields()) {
      if (!/^(whole|disk)/.test(form)) continue;
      assert.match(
        comment,
        /GiB|[Mm]inutes|[Dd]ays|percent|instances|Number of the/,
        `${key} does not tell its unit`,
      );
    }
  });
});

/** The fields of the schemas as they stand in their files: a comment, a key, and the form up to the next of either or the end of its group. */
function fields() {
  const read = (file: string) => readFileSync(path.join(__dirname, "../..", file), "utf8");
  const [cluster] = read("settings/index.ts").split("const schema")[1].split("/** Everything a stack's");
  const body = cluster + read("settings/workerPools.ts").split("const workerPool")[1];
  const forms =
    "(?:z|text|domainName|whole|oneOf|list|map|group|yesOrNo|cidr|disk|architecture|instanceType|reservation|workerPool)\\b";
  const field = new RegExp(`(?:(/\\*\\*[^\\n]*\\*/)\\n)?( +)([a-zA-Z0-9]+):\\s(?=\\s*${forms})`, "g");
  const found = [...body.matchAll(field)];
  return found
    .map(({ index, 0: head, 1: comment = "", 2: indent, 3: key }, i) => ({
      key,
      comment,
      form: body
        .slice(index + head.length, found[i + 1]?.index)
        .split(new RegExp(`^ {0,${indent.length - 1}}}`, "m"))[0]
        .trim(),
    }))
    .filter(({ form }) => !form.startsWith("group(")) // what is in it tells
    .filter(({ key }) => !["key", "value", "effect"].includes(key)); // of a taint, in Kubernetes' terms
}
