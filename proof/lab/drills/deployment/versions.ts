import { setTimeout as sleep } from "node:timers/promises";
import { poolLabel } from "../../../../plan/names";
import type { KubernetesObject, Node } from "../../kubernetes/kubernetes";
import type { Lab } from "../../lab";

/** The versions that run at one moment; each has the form `v1.36.3`. */
export interface Sample {
  /** Milliseconds since 1970. */
  readonly time: number;
  /**
   * Version of each worker's kubelet by the Node's name. They are looked up before the apiservers' versions,
   * so none can be newer than those.
   */
  readonly kubelets: ReadonlyMap<string, string>;
  /** Version of each apiserver that answers, by its instance. */
  readonly apiservers: ReadonlyMap<string, string>;
  /** Pods of the Deployment that are ready and not being deleted. */
  readonly readyPods: number;
}

interface Pod extends KubernetesObject {
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Takes a sample about once a second, until it is stopped. */
export function follow(lab: Lab): { samples: readonly Sample[]; stop(): Promise<readonly Sample[]> } {
  const samples: Sample[] = [];
  let isOver = false;
  const looking = (async () => {
    while (!isOver) {
      const sample = await look(lab);
      if (sample) samples.push(sample);
      await sleep(500);
    }
  })();
  return {
    samples,
    async stop() {
      isOver = true;
      await looking;
      return samples;
    },
  };
}

/** Undefined if the API does not answer; the drill's own client judges that. */
async function look(lab: Lab): Promise<Sample | undefined> {
  try {
    const nodes = await lab.kubernetes.list<Node>("nodes", "-l", poolLabel);
    const apiservers = new Map<string, string>();
    const controllers = await lab.cluster.controllers();
    await Promise.all(
      lab.machines().map(async ({ id, address }) => {
        if (!controllers.some((one) => one.id === id)) return;
        const asked = ["--server", `https://${address}:6443`, "get", "--raw", "/version"];
        const { status, stdout } = await lab.kubernetes.attempt(asked);
        if (status === 0) apiservers.set(id, (JSON.parse(stdout) as { gitVersion: string }).gitVersion);
      }),
    );
    const pods = await lab.kubernetes.list<Pod>("pods", "-n", "drill", "-l", "app=web");
    const isReady = ({ metadata, status }: Pod) =>
      metadata.deletionTimestamp === undefined &&
      status.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
    return {
      time: Date.now(),
      kubelets: new Map(
        nodes.map(({ metadata, status }) => [metadata.name, status.nodeInfo?.kubeletVersion ?? ""]),
      ),
      apiservers,
      readyPods: pods.filter(isReady).length,
    };
  } catch {
    return undefined;
  }
}

/**
 * What an upgrade to `target`, such as `v1.36.3`, did against the rules, each once. The rules are
 * https://kubernetes.io/releases/version-skew-policy/, the order (controllers before workers, one by one),
 * and the pods' budget. Samples without any moment in the middle of the upgrade are also an error.
 */
export function skewsIn(
  samples: readonly Sample[],
  { size, target }: { readonly size: number; readonly target: string },
): string[] {
  const problems = new Set<string>();
  let isSeen = false;
  for (const [index, { kubelets, apiservers, readyPods }] of samples.entries()) {
    const served = [...apiservers.values()].sort(byVersion);
    const before = samples[index - 1]?.apiservers.size ?? size;
    // A single missing one can be an apiserver that answered too slowly.
    if (served.length < size && before < size) problems.add(`only ${served.length} apiservers served`);
    if (served.length > size + 1) problems.add(`${served.length} apiservers served at once`);
    if (readyPods < 1) problems.add("no pod of the Deployment was ready");
    const [oldest] = served;
    const newest = served.at(-1);
    if (oldest === undefined || newest === undefined) continue;
    if (oldest !== newest) isSeen = true;
    if (minorOf(newest) - minorOf(oldest) > 1) problems.add(`apiservers ran ${oldest} and ${newest}`);
    for (const [node, version] of kubelets) {
      const both = `the kubelet of ${node} ran ${version}, an apiserver ${oldest}`;
      if (minorOf(version) > minorOf(oldest)) problems.add(`${both}, which is a minor version older`);
      else if (version === target && byVersion(oldest, target) < 0) problems.add(`${both}: workers first`);
    }
  }
  if (!isSeen) problems.add("nobody saw apiservers of two versions at once");
  return [...problems];
}

/** The instance whose apiserver was the first of a version, and when it was seen. @throws Error if none was */
export function firstOf(samples: readonly Sample[], version: string): { instance: string; time: number } {
  for (const { time, apiservers } of samples)
    for (const [instance, served] of apiservers) if (served === version) return { instance, time };
  throw new Error(`no apiserver of ${version} was seen`);
}

const minorOf = (version: string) => Number(version.split(".")[1]);

const byVersion = (one: string, other: string) => one.localeCompare(other, "en", { numeric: true });
