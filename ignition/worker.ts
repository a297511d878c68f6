import { nodeReleases } from "./downloads";
import { workerKeyObjects } from "./keyObjects";
import { NodeFacts, nodeIgnition } from "./node";
import { poolLabel } from "../plan/names";

export interface WorkerFacts extends NodeFacts {
  /** Becomes the node's label `poolLabel`. */
  pool: string;
  /** `aws`: the project's add-on initialises new Nodes. `other`: the user's own controller manager does, or none is there yet. */
  cloudProvider: "aws" | "other";
  labels: Readonly<Record<string, string>>;
  taints: readonly Taint[];
  kubelet: KubeletOptions;
}

export interface Taint {
  key: string;
  value?: string;
  effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

/** What differs from the cluster's KubeletConfiguration on this pool's nodes. */
export interface KubeletOptions {
  featureGates: Readonly<Record<string, boolean>>;
  /** `static` needs reserved CPU, see settings. */
  cpuManagerPolicy: "none" | "static";
  /** Kubernetes quantities by resource. */
  systemReserved: Readonly<Record<string, string>>;
  /** Kubernetes quantities by resource. */
  kubeReserved: Readonly<Record<string, string>>;
}

/** Ignition JSON text of every node of one pool. */
export function workerIgnition(facts: WorkerFacts): string {
  return nodeIgnition(facts, {
    trees: ["worker"],
    values: {
      otherwise: "accept",
      pool: facts.pool,
      cloudProvider: facts.cloudProvider,
      nodeLabels: nodeLabels(facts),
      taints: JSON.stringify(facts.taints),
      featureGates: sortedJson(facts.kubelet.featureGates),
      cpuManagerPolicy: facts.kubelet.cpuManagerPolicy,
      systemReserved: sortedJson(facts.kubelet.systemReserved),
      kubeReserved: sortedJson(facts.kubelet.kubeReserved),
    },
    keyObjects: workerKeyObjects,
    releases: nodeReleases(facts.kubernetesVersion, facts.architecture),
  });
}

/**
 * As the kubelet's flag takes them. The pool's own label has the prefix node.kubernetes.io, one of the two below
 * kubernetes.io that NodeRestriction leaves to kubelets:
 * https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction
 */
export function nodeLabels({ labels, pool }: Pick<WorkerFacts, "labels" | "pool">): string {
  const all = { ...labels, [poolLabel]: pool };
  return Object.entries(all)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(",");
}

/** JSON is YAML, so a map is one scalar in the file. */
const sortedJson = (map: Readonly<Record<string, string | boolean>>) =>
  JSON.stringify(Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1))));
