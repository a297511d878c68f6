import type { Lab } from "../../lab";
import { noneFailedTwice } from "../../clients/apiClient";
import { refreshText } from "../../cluster/cluster";
import { instanceOf, type Node } from "../../kubernetes/kubernetes";
import { until } from "../../until";
import { kubernetesVersion } from "../../../toolchain/kubernetes";
import type { Drill, Stage } from "../drill";
import { drainLog, heldByBudget } from "../workers/drain";
import { hookSecondsLimit, longestTerminateHook } from "./terminateHook";
import { firstOf, follow, skewsIn, type Sample } from "./versions";
import { Web } from "../pods/web";

const olderPatch = "1.36.1";
export const nextMinor = "1.37.2";

/** Seconds after which an upgrade that is not through is a failure, besides the waits of Auto Scaling's checkpoints. */
const patience = 600;

/**
 * The next patch and the next minor version, by one setting each: controllers before workers, one by one,
 * with all add-ons and pods in use.
 */
export const upgrade: Drill = {
  name: "upgrade",
  kubernetes: "real",
  releases: [olderPatch, kubernetesVersion, nextMinor],
  leastScale: 0.2, // the pools' refresh waits for the controllers for an hour at most
  size: 3,
  workers: 2,
  limits: { longestGapMs: 5000, hookSeconds: hookSecondsLimit },
  async run(stage) {
    const { lab } = stage;
    const controllers = (await lab.cluster.controllers()).map(({ id }) => id);
    const web = await Web.deploy(lab.kubernetes);
    const asks = await stage.askApi("writes");

    const patch = await upgraded(stage, kubernetesVersion, (workers) => budgetHolds(stage, web, workers));
    await wereDrained(lab, patch.workers);
    await web.isAvailable();
    const minor = await upgraded(stage, nextMinor);
    await wereDrained(lab, minor.workers);

    noneFailedTwice(asks);
    return {
      what: `Kubernetes ${olderPatch} to ${kubernetesVersion}, then to ${nextMinor}, by one setting each`,
      seconds: minor.seconds,
      hookSeconds: longestTerminateHook(await lab.publishedEvents(), controllers),
      figures: { "seconds of the patch": patch.seconds },
    };
  },
};

/**
 * Sets the version, runs `pulumi up` and samples versions and pods, while `beside` checks the workers that
 * have to go. Returns the samples and the seconds until all nodes ran the version.
 */
export async function upgraded(
  stage: Stage,
  release: string,
  beside: (workers: readonly string[]) => Promise<void> = () => Promise.resolve(),
): Promise<{ seconds: number; workers: readonly string[] }> {
  const { lab } = stage;
  const workers = (await lab.cluster.workers()).map(({ id }) => id);
  stage.note(`versions.kubernetes ${release}`);
  const began = Date.now();
  const following = follow(lab);
  let samples: readonly Sample[];
  try {
    await lab.cluster.up({ "versions.kubernetes": release });
    await Promise.all([allRun(lab, release, following.samples), beside(workers)]);
    await lab.cluster.settled(patience);
    await refreshesSucceeded(lab);
  } finally {
    samples = await following.stop();
  }
  const seconds = (Date.now() - began) / 1000;
  stage.note(`all nodes run ${release} after ${seconds.toFixed(0)} s; ${samples.length} times looked at`);

  const problems = skewsIn(samples, { size: stage.size, target: `v${release}` });
  if (problems.length > 0) throw new Error(problems.join("; "));
  await newcomerTookSnapshot(lab, firstOf(samples, `v${release}`));
  await clusterObjectsAre(lab, release);
  return { seconds, workers };
}

/** Seconds at most until the last worker is replaced. */
const limitOf = (lab: Lab) => patience + lab.minutes(60) / 1000;

/** The budget allows no disruption until the drain of one of these workers has to wait for it. */
async function budgetHolds(stage: Stage, web: Web, workers: readonly string[]): Promise<void> {
  const { lab } = stage;
  await web.keeps(2);
  await until("the budget holds a worker's drain", limitOf(lab), async () => {
    const leaving = (await lab.cluster.workers()).find(
      ({ id, lifecycleState }) => workers.includes(id) && lifecycleState.startsWith("Terminating"),
    );
    if (!leaving) return "no worker leaves yet";
    if (!(await drainLog(lab, leaving.id)).includes(heldByBudget)) return `it does not hold ${leaving.id}`;
    const { hostname } = lab.machine(leaving.id).instance;
    if (!(await web.pods()).some(({ spec }) => spec.nodeName === hostname))
      throw new Error(`the pod on ${leaving.id} was evicted against its budget`);
    stage.note(`the budget holds the drain of ${leaving.id}; now it spares a pod`);
    return true;
  });
  await web.keeps(1);
}

/**
 * All pods of these workers were evicted before they went, according to the logs of the remaining
 * controllers.
 */
async function wereDrained(lab: Lab, workers: readonly string[]): Promise<void> {
  for (const id of workers) {
    const log = await drainLog(lab, id);
    if (!log.includes("evicting pod drill/web-") || !new RegExp(`drained \\S+ \\(${id}\\)`).test(log))
      throw new Error(`no controller tells that the pods of ${id} were evicted: ${log}`);
  }
}

/** Waits until the nodes of all instances run a release, and no other node is left. */
async function allRun(lab: Lab, release: string, samples: readonly Sample[]): Promise<void> {
  await until(`all nodes run ${release}`, limitOf(lab), async () => {
    const wanted = [...(await lab.cluster.controllers()), ...(await lab.cluster.workers())];
    let nodes: Node[];
    try {
      nodes = await lab.kubernetes.list<Node>("nodes");
    } catch (error) {
      return (error as Error).message;
    }
    const failed = (await lab.cluster.newestRefreshes()).find(({ Status }) => Status === "Failed");
    if (failed) throw new Error(refreshText(failed));
    const others = nodes.filter(({ status }) => status.nodeInfo?.kubeletVersion !== `v${release}`);
    const found = nodes.map(instanceOf).sort().join();
    const instances = wanted.map(({ id }) => id).sort();
    if (others.length === 0 && found === instances.join()) return true;
    const versions = others.map((node) => `${instanceOf(node)} ${node.status.nodeInfo?.kubeletVersion}`);
    return `${versions.join(", ") || `nodes ${found} of instances ${instances.join()}`} (${samples.length} samples)`;
  });
}

/** Of every group; instances that are replaced without its refresh do not count. */
async function refreshesSucceeded({ cluster }: Lab): Promise<void> {
  const refreshes = await cluster.newestRefreshes();
  const groups = 1 + Object.keys(cluster.outputs.poolGroupNames).length;
  const others = refreshes.filter(({ Status }) => Status !== "Successful").map(refreshText);
  if (refreshes.length !== groups)
    throw new Error(`${refreshes.length} of ${groups} groups have had a refresh`);
  if (others.length > 0) throw new Error(others.join("; "));
}

/**
 * The first controller of the new version took a snapshot before it served. The timers' snapshots are the
 * etcd leader's, which a new member is not.
 */
async function newcomerTookSnapshot(
  lab: Lab,
  { instance, time }: { readonly instance: string; readonly time: number },
): Promise<void> {
  const snapshots = await lab.store.list("etcd/snapshots/");
  if (!snapshots.some(({ key, changed }) => key.endsWith(`-${instance}.db`) && changed.getTime() <= time))
    throw new Error(`${instance} took no snapshot before ${new Date(time).toISOString()}, when it served`);
}

/** kube-proxy and kubeadm's own configuration follow the last controller. */
const clusterObjectsAre = async (lab: Lab, release: string): Promise<void> => {
  const image = ["get", "daemonset", "kube-proxy", "-n", "kube-system", "-o", "jsonpath={..image}"];
  await until(`kube-proxy is to run ${release}`, patience, async () => {
    const found = await lab.kubernetes.kubectl(image);
    return found.endsWith(`:v${release}`) || found;
  });
  await lab.kubernetes.rolledOut("daemonset/kube-proxy", "kube-system", patience);
};
