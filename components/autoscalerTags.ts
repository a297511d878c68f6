import { poolLabel } from "../ignition/worker";
import type { WorkerPoolSettings } from "../settings";
import { isStartupTaint } from "./startupTaints";

/**
 * Tags by which the cluster autoscaler finds a pool, and knows what a node of it would be like while there is none
 * (https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md).
 */
export function autoscalerTags(
  cluster: string,
  poolName: string,
  pool: WorkerPoolSettings,
): Record<string, string> {
  if (pool.min === pool.max) return {};
  const labels = { ...pool.labels, [poolLabel]: poolName };
  const template = "k8s.io/cluster-autoscaler/node-template";
  return {
    "k8s.io/cluster-autoscaler/enabled": "true",
    [`k8s.io/cluster-autoscaler/${cluster}`]: "owned",
    [`${template}/resources/ephemeral-storage`]: `${pool.diskGib}Gi`,
    ...Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${template}/label/${key}`, value])),
    ...Object.fromEntries(
      pool.taints
        .filter(({ key }) => !isStartupTaint(key))
        .map(({ key, value, effect }) => [`${template}/taint/${key}`, `${value}:${effect}`]),
    ),
  };
}
