import { poolLabel } from "./names";
import { isStartupTaint } from "./startupTaints";

/** The autoscaler's description of a pool. */
export interface ScalablePool {
  readonly min: number;
  readonly max: number;
  readonly diskGib: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly { readonly key: string; readonly value: string; readonly effect: string }[];
}

/**
 * Tags of a pool's Auto Scaling group. The cluster autoscaler finds the pool by them. They also tell it the
 * labels and taints of the pool's nodes while the pool is empty
 * (https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md).
 */
export function autoscalerTags(
  cluster: string,
  poolName: string,
  pool: ScalablePool,
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
