/** The autoscaler's own prefixes: https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md */
const prefixes = /^(startup|ignore)-taint\.cluster-autoscaler\.kubernetes\.io\//;
/** So network and storage agents name theirs: node.cilium.io/agent-not-ready, ebs.csi.aws.com/agent-not-ready, cni.istio.io/not-ready. */
const endings = /(^|[-./])(not-ready|uninitialized)$/;

/** Whether somebody takes the taint away once the node is ready, so that no pod has to tolerate it. */
export const isStartupTaint = (key: string) => prefixes.test(key) || endings.test(key);

/** Of the project's own driver for volumes, which takes it away wherever it is: the list is never empty. */
const ofVolumes = "ebs.csi.aws.com/agent-not-ready";

/** The keys that the autoscaler is to pass over. */
export function startupTaints(
  pools: readonly { readonly taints: readonly { readonly key: string }[] }[],
): string[] {
  const keys = pools.flatMap(({ taints }) => taints.map(({ key }) => key)).filter(isStartupTaint);
  return [...new Set([ofVolumes, ...keys])].sort();
}
