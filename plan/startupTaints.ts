/** The autoscaler's own prefixes: https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md */
const prefixes = /^(startup|ignore)-taint\.cluster-autoscaler\.kubernetes\.io\//;
/**
 * Network and storage agents use this ending: node.cilium.io/agent-not-ready,
 * ebs.csi.aws.com/agent-not-ready, cni.istio.io/not-ready.
 */
const endings = /(^|[-./])(not-ready|uninitialized)$/;

/** Whether something removes the taint once the node is ready, so that pods need not tolerate it. */
export const isStartupTaint = (key: string) => prefixes.test(key) || endings.test(key);

/** The taint of the project's own volume driver, which always removes it. So the list is never empty. */
const ofVolumes = "ebs.csi.aws.com/agent-not-ready";

/** The keys that the autoscaler must ignore. */
export function startupTaints(
  pools: readonly { readonly taints: readonly { readonly key: string }[] }[],
): string[] {
  const keys = pools.flatMap(({ taints }) => taints.map(({ key }) => key)).filter(isStartupTaint);
  return [...new Set([ofVolumes, ...keys])].sort();
}
