import * as assert from "node:assert/strict";
import { autoscalerTags } from "../../components/autoscalerTags";
import { parseSettings } from "../../settings";
import { right } from "../settings/refusal";

const tagsOf = (pool: Record<string, unknown>) => {
  const { workerPools } = parseSettings({ ...right, workerPools: { batch: pool } });
  return autoscalerTags("dev", "batch", workerPools.batch);
};

describe("The tags of a pool's group", () => {
  it("tell the autoscaler that it may size it, and what its nodes are like while there is none", () => {
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

  it("tell it nothing where min is max", () => assert.deepEqual(tagsOf({ min: 2, labels: { a: "b" } }), {}));
});
