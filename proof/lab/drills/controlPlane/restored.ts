import { podImage } from "../../kubernetes/images";
import type { Kubernetes, KubernetesObject, Node } from "../../kubernetes/kubernetes";
import { until } from "../../until";
import type { Pod } from "../pods/web";

/** Seconds after which a missing effect is a failure. */
const patience = 180;

const path = "/api/v1/namespaces/default/configmaps";

interface Lease extends KubernetesObject {
  readonly spec: { readonly renewTime: string };
}

const manifest = `
{apiVersion: v1, kind: ConfigMap, metadata: {name: of-the-snapshot, namespace: default}, data: {made: before}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: deleted-later, namespace: default}, data: {made: before}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: restored, namespace: default}
spec:
  replicas: 1
  selector: {matchLabels: {app: restored}}
  template:
    metadata: {labels: {app: restored}}
    spec:
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 5
      securityContext: {runAsNonRoot: true, runAsUser: 65534, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: pod
          image: ${podImage}
          readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
`;

/** Objects in a snapshot, changes after it, and what must be true once the cluster has gone back to it. */
export class Restored {
  private constructor(private readonly kubernetes: Kubernetes) {}

  /** Makes the objects for the snapshot, and resolves once they run. */
  static async begin(kubernetes: Kubernetes): Promise<Restored> {
    await kubernetes.apply(manifest);
    const objects = new Restored(kubernetes);
    await objects.isAvailable();
    return objects;
  }

  /** Makes changes after the snapshot, which the restore takes back. */
  async later(): Promise<void> {
    await this.kubernetes.kubectl(["create", "configmap", "made-later", "-n", "default"]);
    await this.kubernetes.kubectl(["delete", "configmap", "deleted-later", "-n", "default"]);
    await this.kubernetes.kubectl(["scale", "deployment", "restored", "-n", "default", "--replicas", "2"]);
    await this.isAvailable();
  }

  /** etcd's revision, from a list of objects. */
  async revision(): Promise<bigint> {
    const { metadata } = JSON.parse(await this.kubernetes.kubectl(["get", "--raw", `${path}?limit=1`])) as {
      metadata: { resourceVersion: string };
    };
    return BigInt(metadata.resourceVersion);
  }

  /** @throws Error that names the object that exists and should not, or the other way round */
  async areOfTheSnapshot(): Promise<void> {
    const found = (await this.kubernetes.list("configmaps", "-n", "default")).map(
      ({ metadata }) => metadata.name,
    );
    for (const name of ["of-the-snapshot", "deleted-later"])
      if (!found.includes(name)) throw new Error(`the ConfigMap ${name} of the snapshot is not there`);
    if (found.includes("made-later"))
      throw new Error("the ConfigMap made-later is there, which came after the snapshot");
    await this.isAvailable();
    await until("the Deployment has as many pods as in the snapshot", patience, async () => {
      const pods = await this.pods();
      return pods.length === 1 || `it has ${pods.length}`;
    });
  }

  /** A watch from before the restore is told to start again, and a new watch sees changes. */
  async watchesEnd(before: bigint): Promise<void> {
    const now = await this.revision();
    if (now <= before) throw new Error(`the revision was ${before}, and now is ${now}: it went back`);
    const old = await this.watch(before);
    if (!/"code":410|\(Expired\)/.test(old))
      throw new Error(`a watch from revision ${before} is not told to end: ${old}`);
    const change = `{"data":{"changed":"${now}"}}`;
    await this.kubernetes.kubectl([
      ...["patch", "configmap", "of-the-snapshot", "-n", "default"],
      "--patch",
      change,
    ]);
    const seen = await this.watch(now);
    if (!seen.includes(`"changed":"${now}"`)) throw new Error(`a new watch hears of no change: ${seen}`);
  }

  /** The controller-manager, the scheduler and the kubelets of these workers start pods. */
  async controllersAct(workers: readonly string[]): Promise<void> {
    await this.kubernetes.kubectl(["scale", "deployment", "restored", "-n", "default", "--replicas", "6"]);
    await this.isAvailable();
    const nodes = new Set((await this.pods()).map(({ spec }) => spec.nodeName));
    const idle = workers.filter((worker) => !nodes.has(worker));
    if (idle.length > 0)
      throw new Error(`no pod runs on ${idle.join(", ")}, but on ${[...nodes].join(", ")}`);
    await this.kubernetes.kubectl(["delete", "-f", "-", "--wait=false"], manifest);
  }

  /** Every node's kubelet renews its lease. */
  async kubeletsReport(since: Date): Promise<void> {
    for (const { metadata } of await this.kubernetes.list<Node>("nodes")) {
      await until(`the kubelet of ${metadata.name} renews its lease`, patience, async () => {
        const { spec } = await this.kubernetes.get<Lease>("lease", metadata.name, "kube-node-lease");
        return Date.parse(spec.renewTime) > since.getTime() || `the last time at ${spec.renewTime}`;
      });
    }
  }

  private async pods(): Promise<Pod[]> {
    const pods = await this.kubernetes.list<Pod>("pods", "-n", "default", "-l", "app=restored");
    return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  }

  /** The output of a watch in three seconds. */
  private async watch(from: bigint): Promise<string> {
    const query = `watch=1&timeoutSeconds=3&resourceVersion=${from}`;
    const { stdout, stderr } = await this.kubernetes.attempt(["get", "--raw", `${path}?${query}`]);
    return stdout + stderr;
  }

  private isAvailable(): Promise<void> {
    return until("the deployment restored is available", patience, async () => {
      const rollout = ["rollout", "status", "deployment", "restored", "-n", "default", "--timeout", "5s"];
      const { status, stdout, stderr } = await this.kubernetes.attempt(rollout);
      return status === 0 || (stderr || stdout).trim();
    });
  }
}
