import * as assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import { addonManifests } from "../../addons/addons";
import { autoscalerTags } from "../../plan/autoscalerTags";
import { startupTaints } from "../../plan/startupTaints";
import { parseSettings } from "../../settings";
import { right } from "../settings/refusal";

const tagsOf = (pool: Record<string, unknown>) => {
  const { workerPools } = parseSettings({ ...right, workerPools: { batch: pool } });
  return autoscalerTags("dev", "batch", workerPools.batch);
};

describe("The tags of a pool's group", () => {
  it("allow the autoscaler to size it, and describe its nodes while it has none", () => {
    const dedicated = { key: "dedicated", value: "batch", effect: "NoSchedule" };
    const template = "k8s.io/cluster-autoscaler/node-template";
    assert.deepEqual(tagsOf({ min: 0, max: 3, diskGib: 80, labels: { tier: "low" }, taints: [dedicated] }), {
      "k8s.io/cluster-autoscaler/enabled": "true",
      "k8s.io/cluster-autoscaler/dev": "owned",
      [`${template}/resources/ephemeral-storage`]: "80Gi",
      [`${template}/label/tier`]: "low",
      [`${template}/label/node.kubernetes.io/pool`]: "batch",
      [`${template}/taint/dedicated`]: "batch:NoSchedule",
    });
  });

  it("tell it nothing if min equals max", () => assert.deepEqual(tagsOf({ min: 2, labels: { a: "b" } }), {}));

  it("leave out taints that disappear once a node is ready, or no pod would fit on the first node", () => {
    const keys = ["node.cilium.io/agent-not-ready", "a.example.com/uninitialized", "not-ready"].concat(
      "startup-taint.cluster-autoscaler.kubernetes.io/own",
    );
    const taints = [...keys, "is-not-ready-made"].map((key) => ({ key, effect: "NoExecute" }));
    const told = Object.keys(tagsOf({ min: 0, max: 3, taints })).filter((tag) => tag.includes("/taint/"));
    assert.deepEqual(told, ["k8s.io/cluster-autoscaler/node-template/taint/is-not-ready-made"]);
  });
});

describe("The autoscaler", () => {
  it("ignores the taints of all pools that disappear once a node is ready", () => {
    const pools = ["node.cilium.io/agent-not-ready", "dedicated"].map((key) => ({ taints: [{ key }] }));
    const keys = ["ebs.csi.aws.com/agent-not-ready", "node.cilium.io/agent-not-ready"];
    assert.deepEqual(startupTaints(pools), keys);
    const facts = { clusterName: "dev", region: "us-east-1", apiName: "api", podCidr: "10.244.0.0/16" };
    const [{ text }] = addonManifests(["cluster-autoscaler"], {
      ...facts,
      startupTaints: startupTaints(pools),
      roleArns: { "cluster-autoscaler": "arn" },
    });
    const deployment = parseAllDocuments(text)
      .map((document) => document.toJS() as { kind: string; spec: any })
      .find(({ kind }) => kind === "Deployment");
    const [{ args }] = deployment?.spec.template.spec.containers;
    assert.deepEqual(
      args,
      keys.map((key) => `--startup-taint=${key}`),
    );
  });
});
