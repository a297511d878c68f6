import { autoscalerTags } from "../../plan/autoscalerTags";
import { ownedTags, poolLabel } from "../../plan/names";
import { isStartupTaint } from "../../plan/startupTaints";
import { nodeLabels } from "../../ignition/worker";
import type { Mistake } from "../errors";
import { limits } from "../limits";
import type { WorkerPoolSettings } from "../schema/cluster";
import { mistakeIf, poolRule, repeated, Rule } from "./rule";

/** Label prefixes below kubernetes.io that a kubelet may set: https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction */
const ofKubelets = /^(kubelet|node)\.kubernetes\.io\//;

/** Bytes of kubeadm's other flags, which share one variable (KUBELET_KUBEADM_ARGS) with labels and taints. */
const kubeletFlagsBesides = 512;

const foreignLabels = poolRule((pool, key) =>
  Object.entries(pool.labels)
    .filter(([label]) => /(^|\.)(kubernetes|k8s)\.io\//.test(label.replace(/[^/]*$/, "")))
    .filter(([label]) => !ofKubelets.test(label))
    .map(([label, value]) => ({
      key: `${key}.labels.${label}`,
      value,
      remedy:
        "NodeRestriction does not let kubelets set labels below kubernetes.io and k8s.io: use your own prefix, or node.kubernetes.io",
    })),
);

const ownLabel = poolRule(({ labels }, key) =>
  mistakeIf(
    poolLabel in labels,
    `${key}.labels.${poolLabel}`,
    labels[poolLabel],
    "remove it: the cluster sets this label to the pool's name",
  ),
);

const taintsOnce = poolRule((pool, key) =>
  repeated(
    `${key}.taints`,
    pool.taints.map((taint) => `${taint.key}:${taint.effect}`),
    "name each pair of key and effect once, as the apiserver demands",
  ),
);

const taintKeysOnce = poolRule(({ min, max, taints }, key) =>
  min === max
    ? []
    : repeated(
        `${key}.taints`,
        taints.map((taint) => taint.key).filter((taint) => !isStartupTaint(taint)),
        "name each key with one effect, or set max to min: the autoscaler needs a tag for each key",
      ),
);

const kubeletArgument = poolRule(({ labels, taints }, key) => {
  const told = [
    nodeLabels({ labels, pool: "p".repeat(20) }),
    ...taints.map(Object.values).map(String),
  ].join();
  const bytes = kubeletFlagsBesides + Buffer.byteLength(told);
  const remedy = `use fewer labels or fewer taints: the kubelet gets them in one argument of at most ${limits.argumentBytes.most} bytes, and these are ${bytes}`;
  return mistakeIf(bytes > limits.argumentBytes.most, `${key}.labels`, labels, remedy);
});

const groupTags: Rule = ({ name, workerPools }) =>
  Object.entries(workerPools).flatMap(([pool, settings]) => untaggable(name, pool, settings));

/** Tags would lose these: they describe an empty pool's nodes to the autoscaler. */
function untaggable(cluster: string, name: string, pool: WorkerPoolSettings): Mistake[] {
  const key = `workerPools.${name}`;
  const tags = autoscalerTags(cluster, name, pool);
  const long = Object.keys(tags).filter((tag) => tag.length > limits.tagKey.most);
  const mistakes = long.map((tag): Mistake => {
    const [, kind, own] = /node-template\/(label|taint)\/(.*)$/.exec(tag) ?? [];
    const most = limits.tagKey.most - (tag.length - own.length);
    const where =
      kind === "label" ? "labels" : `taints[${pool.taints.findIndex((each) => each.key === own)}].key`;
    const remedy = `use ${most} characters at most, or set max to min: the autoscaler reads it from a tag`;
    return { key: `${key}.${where}`, value: own, remedy };
  });
  const count = Object.keys({ ...ownedTags(cluster, name), ...tags }).length;
  const remedy = `labels and taints make ${count} tags, and the pool's group takes ${limits.tagsOfGroup.most}: use ${count - limits.tagsOfGroup.most} fewer, or set max to min: the autoscaler needs a tag for each`;
  return [...mistakes, ...mistakeIf(count > limits.tagsOfGroup.most, `${key}.labels`, pool.labels, remedy)];
}

export const labelRules: readonly Rule[] = [
  foreignLabels,
  ownLabel,
  taintsOnce,
  taintKeysOnce,
  kubeletArgument,
  groupTags,
];
