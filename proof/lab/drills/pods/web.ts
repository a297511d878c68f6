import { podImage } from "../../kubernetes/images";
import type { Kubernetes, KubernetesObject } from "../../kubernetes/kubernetes";

/** Seconds after which pods that do not run are a failure. */
const patience = 180;

const namespace = "drill";
/** Name of the Service in cluster DNS. */
export const webName = `web.${namespace}.svc.cluster.local`;

export interface Pod extends KubernetesObject {
  readonly spec: { readonly nodeName: string };
  readonly status: { readonly podIP: string };
}

/**
 * Whether a cordoned node counts when pods are spread. `Honor`: it does not, and the other nodes take its pods.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
 */
export type NodeTaintsPolicy = "Honor" | "Ignore";

const manifest = (nodeTaintsPolicy: NodeTaintsPolicy) => `
apiVersion: v1
kind: Namespace
metadata: {name: ${namespace}, labels: {pod-security.kubernetes.io/enforce: restricted}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: ${namespace}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 5
      securityContext:
        runAsNonRoot: true
        runAsUser: 65534
        seccompProfile: {type: RuntimeDefault}
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: DoNotSchedule
          nodeTaintsPolicy: ${nodeTaintsPolicy}
          labelSelector: {matchLabels: {app: web}}
          # Pods that a rollout is about to replace do not count.
          matchLabelKeys: [pod-template-hash]
      containers:
        - name: web
          image: ${podImage}
          ports: [{containerPort: 8080}]
          # Until kube-proxy on every node has heard that it ends.
          lifecycle: {preStop: {sleep: {seconds: 2}}}
          readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}
          securityContext:
            allowPrivilegeEscalation: false
            capabilities: {drop: [ALL]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: ${namespace}}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: ${namespace}}
spec:
  minAvailable: 1
  selector: {matchLabels: {app: web}}
`;

/** A Deployment of two pods with a Service and a budget, like a user's. */
export class Web {
  private constructor(private readonly kubernetes: Kubernetes) {}

  /** Resolves once both pods and cluster DNS serve. */
  static async deploy(kubernetes: Kubernetes, taints: NodeTaintsPolicy = "Ignore"): Promise<Web> {
    await kubernetes.apply(manifest(taints));
    const web = new Web(kubernetes);
    await web.isAvailable();
    await kubernetes.rolledOut("deployment/coredns", "kube-system", patience);
    return web;
  }

  isAvailable(): Promise<void> {
    return this.kubernetes.rolledOut("deployment/web", namespace, patience);
  }

  /** Changes its budget: the number of pods that must stay available during a drain. */
  async keeps(minAvailable: number): Promise<void> {
    const patch = ["--type", "merge", "--patch", JSON.stringify({ spec: { minAvailable } })];
    await this.kubernetes.kubectl(["patch", "pdb", "web", "-n", namespace, ...patch]);
  }

  /** Its pods that are not being deleted. */
  async pods(): Promise<Pod[]> {
    const pods = await this.kubernetes.list<Pod>("pods", "-n", namespace, "-l", "app=web");
    return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  }

  /** A pod's answer at a path, through the apiserver. @throws Error with the apiserver's message if it fails */
  async ask(pod: Pod, path: string, parameters: Readonly<Record<string, string>> = {}): Promise<string> {
    const query = new URLSearchParams(parameters).toString();
    const proxy = `/api/v1/namespaces/${namespace}/pods/${pod.metadata.name}:8080/proxy/${path}`;
    return (
      await this.kubernetes.kubectl(["get", "--raw", query === "" ? proxy : `${proxy}?${query}`])
    ).trim();
  }
}
