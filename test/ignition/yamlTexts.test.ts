import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { controllerNode, RenderedNode, workerNode } from "./rendered";

/** Names that settings allow, and words of another meaning in YAML 1.1, which Kubernetes reads. */
const words = ["no", "yes", "on", "off", "true", "false", "null"];

/** All documents of a node's file, as a reader of YAML 1.1 takes them. */
const read = ({ texts }: RenderedNode, path: string) =>
  parseAllDocuments(texts.get(path) ?? "", { version: "1.1" }).map(
    (document) => document.toJS() as Record<string, any>,
  );

describe("Texts in a node's YAML stay texts, even words such as true:", () => {
  for (const word of words) {
    it(`a cluster named ${word}`, () => {
      const facts = { cluster: word, zone: `${word}.example.com` };
      const [, cluster] = read(controllerNode(facts), "/etc/cluster/kubeadm.yaml");
      assert.equal(cluster.clusterName, word);
      assert.equal(cluster.controlPlaneEndpoint, `api.${word}.example.com:6443`);
      const [kubeconfig] = read(workerNode(facts), "/etc/cluster/bootstrap-kubeconfig.yaml");
      assert.equal(kubeconfig.clusters[0].name, word);
      assert.equal(kubeconfig.contexts[0].context.cluster, word);
    });

    it(`a pool, labels and taints of ${word}`, () => {
      const taints = [{ key: word, value: word, effect: "NoSchedule" as const }];
      const node = workerNode({ pool: word, labels: { [word]: word }, taints });
      const [{ nodeRegistration }] = read(node, "/etc/cluster/kubeadm.yaml");
      assert.deepEqual(nodeRegistration.taints, taints);
      for (const { value } of nodeRegistration.kubeletExtraArgs) assert.equal(typeof value, "string");
    });
  }

  it("each placeholder is in quotes, except for JSON and values with a fixed form", () => {
    const files = join(__dirname, "../../ignition/files");
    const unquoted = readdirSync(files, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".yaml"))
      .flatMap((path) => readFileSync(join(files, path), "utf8").split("\n"))
      .flatMap((line) => (/^[^#]*: [^"]*\{\{(\w+)\}\}/.exec(line) ?? []).slice(1));
    // A map or a list is JSON; a list of labels has its "=".
    const own = ["featureGates", "kubeReserved", "systemReserved", "taints", "nodeLabels"];
    assert.deepEqual([...new Set(unquoted)].sort(), own.sort());
  });
});
