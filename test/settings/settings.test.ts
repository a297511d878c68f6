import * as assert from "node:assert/strict";
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
  it("need a name and a domain, and all others have defaults", () => {
    assert.deepEqual(parseSettings(right), completed);
  });

  it("fill in the missing values of a group", () => {
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

  it("give an empty network the same range and NAT gateways as a missing one", () => {
    assert.deepEqual(parseSettings({ ...right, network: {} }).network, defaultNetwork);
    assert.deepEqual(defaultNetwork, { cidr: "10.0.0.0/16", nat: "zone" });
  });

  it("allow the word pool in a cluster's name if no other cluster could have such a pool", () => {
    for (const name of ["pool", "pool-a", "dev-pools", "dev-pools-a", "devpool"]) {
      assert.equal(parseSettings({ ...right, name }).name, name);
    }
  });

  it("use a pool's min as its max if it names no max", () => {
    assert.equal(parseSettings({ ...right, workerPools: { batch: { min: 7 } } }).workerPools.batch.max, 7);
  });

  it("are refused with all mistakes in one message", () => {
    const wrong = {
      name: "Dev",
      zones: 7,
      controlPlane: { size: 2 },
      network: { cidr: "10.0.0.0/15" },
      nodes: 3,
      workerPools: { workers: { min: "two" }, batch: { spotPercent: 200, typo: 1 } },
    };
    assert.throws(
      () => parseSettings(wrong),
      (error: Error) => {
        const [first, ...lines] = error.message.split("\n");
        assert.equal(first, "9 settings are wrong (docs/settings.md describes each):");
        assert.deepEqual(
          lines.map((line) => line.trim().split(": ")[0].replace("pulumi-kubeadm:", "")).sort(),
          [
            "controlPlane.size",
            "domain",
            "name",
            "network.cidr",
            "nodes",
            "workerPools.batch.spotPercent",
            "workerPools.batch.typo",
            "workerPools.workers.min",
            "zones",
          ],
        );
        return true;
      },
    );
  });

  it("are checked first for their forms, then for the rules between them", () => {
    const contradictory = { api: { access: "public" }, workerPools: { workers: { min: 3, max: 2 } } };
    const told = (settings: Record<string, unknown>) => {
      try {
        parseSettings({ ...right, ...settings });
        return [];
      } catch (error) {
        const lines = (error as Error).message.split("\n").slice(1);
        return lines.map((line) => line.trim().split(": ")[0].replace("pulumi-kubeadm:", ""));
      }
    };
    assert.deepEqual(told({ ...contradictory, zones: 7 }), ["zones"]);
    assert.deepEqual(told(contradictory), ["api.allowedCidrs", "workerPools.workers.max"]);
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

  it("keep text such as true if the setting is a text", async () => {
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
});
