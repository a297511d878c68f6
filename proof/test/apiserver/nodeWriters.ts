import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { Agent, request } from "node:https";
import { isDeepStrictEqual } from "node:util";
import { parseAllDocuments } from "yaml";
import { kubeadm, kubernetesVersion } from "../../toolchain/kubernetes";
import { controllerNode } from "../../../test/ignition/rendered";
import { adminToken, Apiserver, tokenOfKubelet } from "./apiserver";
import { everyAddon, KubernetesObject, parsed, podTemplates } from "../../../test/addons/rendered";

export const controller = "ip-10-0-0-1.eu-west-1.compute.internal";
export const worker = "ip-10-0-1-1.eu-west-1.compute.internal";
export const otherWorker = "ip-10-0-1-2.eu-west-1.compute.internal";
export const nodes = [controller, worker, otherWorker] as const;
/** A worker that has not registered yet. */
export const newcomer = "ip-10-0-1-3.eu-west-1.compute.internal";

/** An account of a stack's own add-on, with every right over Nodes. */
export const ownAccount = "own-add-on";
/** Every account of the project's pods, kubeadm's two, and a strong one of a stack's own. */
export const accounts = [
  ...podTemplates().map(({ spec }) => spec.serviceAccountName as string),
  ...["kube-proxy", "coredns", ownAccount],
];

/** The credential of an account or a kubelet. */
export interface Credential {
  readonly who: string;
  readonly token: string;
}

export interface Answered {
  readonly status: number;
  readonly body: any;
}

export type Change = Readonly<Record<string, unknown>>;

const kinds = /^(ServiceAccount|(Cluster)?Role(Binding)?|ValidatingAdmissionPolicy(Binding)?)$/;

/**
 * A real apiserver with the Nodes of two workers and a controller, and the rights in the product's manifests.
 */
export class NodeWriters {
  private readonly agent = new Agent({ keepAlive: true, rejectUnauthorized: false });

  readonly admin: Credential = { who: "the administrator", token: adminToken };

  private constructor(readonly server: Apiserver) {}

  static async start(): Promise<NodeWriters> {
    const world = new NodeWriters(await Apiserver.start([...nodes, newcomer]));
    try {
      await world.begin();
      return world;
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  private async begin(): Promise<void> {
    for (const path of manifestPaths()) this.kubectl(controllerNode().texts.get(path) ?? "");
    for (const objects of [...everyAddon().map(parsed), kubeadmsObjects()])
      this.kubectl(JSON.stringify(list(objects.filter(({ kind }) => kinds.test(kind)))));
    this.kubectl(JSON.stringify(list([...ownAddon, listOfControllers])));
    for (const name of nodes) await this.register(name);
    await this.inForce();
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    await this.server.stop();
  }

  kubelet = (node: string): Credential => ({ who: `the kubelet of ${node}`, token: tokenOfKubelet(node) });

  /** The token that a kubelet puts into a pod of the account on this node. */
  async pod(account: string, node: string): Promise<Credential> {
    const { status, body } = await this.askForToken(this.admin, account, node);
    assert.equal(status, 201, JSON.stringify(body));
    return { who: `${account} on ${node}`, token: body.status.token };
  }

  /**
   * Requests the token of a pod of the account that was put onto this node, wherever a scheduler would put
   * it.
   */
  async askForToken(who: Credential, account: string, node: string): Promise<Answered> {
    const namespace = `/api/v1/namespaces/${account === ownAccount ? "default" : "kube-system"}`;
    const pod = await this.ask(this.admin, "POST", `${namespace}/pods`, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { generateName: `${account}-` },
      spec: {
        nodeName: node,
        serviceAccountName: account,
        containers: [{ name: "pause", image: "registry.k8s.io/pause:3.10.2" }],
      },
    });
    assert.equal(pod.status, 201, JSON.stringify(pod.body));
    const { name, uid } = pod.body.metadata;
    return this.ask(who, "POST", `${namespace}/serviceaccounts/${account}/token`, {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { boundObjectRef: { apiVersion: "v1", kind: "Pod", name, uid } },
    });
  }

  /** A Node's content in the API. */
  async node(name: string): Promise<KubernetesObject> {
    return (await this.ask(this.admin, "GET", `/api/v1/nodes/${name}`)).body;
  }

  /** The fields of a Node that a request would change if it were no dry run; none if it is refused. */
  async changedBy(who: Credential, method: string, path: string, change: unknown, type?: string) {
    const [name = ""] = /(?<=^\/api\/v1\/nodes\/)[^/]+/.exec(path) ?? [];
    const before = await this.node(name);
    const applied = type?.includes("apply") ? "&fieldManager=somebody&force=true" : "";
    const { status, body } = await this.ask(who, method, `${path}?dryRun=All${applied}`, change, type);
    if (status >= 300) return { status, changed: [] };
    return { status, changed: method === "DELETE" ? ["the whole Node"] : differences(before, body) };
  }

  ask(
    { token }: Credential,
    method: string,
    path: string,
    body?: unknown,
    type = "application/merge-patch+json",
  ): Promise<Answered> {
    const headers = {
      Authorization: `Bearer ${token}`,
      "Content-Type": method === "PATCH" ? type : "application/json",
    };
    const { agent } = this;
    return new Promise((resolve, reject) => {
      const asked = request(
        `https://127.0.0.1:${this.server.port}${path}`,
        { agent, method, headers },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on("data", (part: Buffer) => parts.push(part));
          answer.on("end", () => {
            const text = Buffer.concat(parts).toString();
            const isJson = /json/.test(answer.headers["content-type"] ?? "");
            resolve({ status: answer.statusCode ?? 0, body: isJson ? JSON.parse(text) : text });
          });
        },
      );
      asked.on("error", reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  private async register(name: string): Promise<void> {
    const { metadata, spec, status } = nodeOf(name);
    const created = await this.ask(this.admin, "POST", "/api/v1/nodes", {
      apiVersion: "v1",
      kind: "Node",
      metadata,
      spec,
    });
    assert.equal(created.status, 201, JSON.stringify(created.body));
    const told = await this.ask(this.admin, "PATCH", `/api/v1/nodes/${name}/status`, { status });
    assert.equal(told.status, 200, JSON.stringify(told.body));
  }

  /** An apiserver needs a moment until a new policy and its parameter take effect. */
  private async inForce(): Promise<void> {
    const change = { metadata: { labels: { "example.com/a": "b" } } };
    const path = `/api/v1/nodes/${otherWorker}`;
    const refused = await this.pod(ownAccount, worker);
    const flannels = await this.pod("flannel", otherWorker);
    const allowed = await this.pod(ownAccount, controller);
    for (const deadline = Date.now() + 30_000; Date.now() < deadline;) {
      const answers = [
        await this.changedBy(refused, "PATCH", path, change),
        await this.changedBy(flannels, "PATCH", `${path}/status`, change),
        await this.changedBy(allowed, "PATCH", path, change),
      ];
      if (
        isDeepStrictEqual(
          answers.map(({ status }) => status),
          [403, 403, 200],
        )
      )
        return;
    }
    throw new Error("the policies are not in force");
  }

  private kubectl(text: string): void {
    const { status, stderr } = this.server.kubectl(["apply", "--server-side", "-f", "-"], text);
    assert.equal(status, 0, stderr);
  }
}

/** Part of the files that kubeadm-cluster-objects applies, in its order. */
export const manifestPaths = () =>
  [...controllerNode().texts.keys()].filter((path) => path.startsWith("/etc/cluster/manifests/")).sort();

/** The objects that kubeadm makes of kube-proxy and CoreDNS. */
const kubeadmsObjects = (): KubernetesObject[] =>
  ["kube-proxy", "coredns"].flatMap((addon) => {
    const print = ["--print-manifest", "--kubernetes-version", `v${kubernetesVersion}`];
    const run = spawnSync(kubeadm(), ["init", "phase", "addon", addon, ...print], { encoding: "utf8" });
    assert.equal(run.status, 0, run.stderr);
    const objects = parseAllDocuments(run.stdout).map((each) => each.toJS() as KubernetesObject | null);
    return objects.filter((each) => each !== null);
  });

const list = (items: readonly object[]) => ({ apiVersion: "v1", kind: "List", items });

const listOfControllers = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "controllers", namespace: "kube-system" },
  data: { "ip-10-0-0-1": "" },
};

const inDefault = { name: ownAccount, namespace: "default" };
const ownAddon = [
  { apiVersion: "v1", kind: "ServiceAccount", metadata: inDefault },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: ownAccount },
    rules: [{ apiGroups: [""], resources: ["nodes", "nodes/status"], verbs: ["*"] }],
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: ownAccount },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: ownAccount },
    subjects: [{ kind: "ServiceAccount", ...inDefault }],
  },
];

const nodeOf = (name: string) => ({
  metadata: {
    name,
    labels: {
      "kubernetes.io/os": "linux",
      "example.com/tier": "web",
      ...(name === controller ? { "node-role.kubernetes.io/control-plane": "" } : {}),
    },
    annotations: {
      "example.com/of": "somebody",
      "flannel.alpha.coreos.com/public-ip": "10.0.0.9",
      "flannel.alpha.coreos.com/backend-data": `{"VNI":1,"VtepMAC":"02:00:00:00:00:0${nodes.indexOf(name as (typeof nodes)[number])}"}`,
    },
  },
  spec: {
    providerID: `aws:///eu-west-1a/i-${nodes.indexOf(name as (typeof nodes)[number])}`,
    podCIDR: `10.244.${nodes.indexOf(name as (typeof nodes)[number])}.0/24`,
    taints: [{ key: "example.com/tier", value: "web", effect: "NoSchedule" }],
  },
  status: {
    addresses: [{ type: "InternalIP", address: "10.0.0.9" }],
    conditions: [{ type: "Ready", status: "True", reason: "KubeletReady" }],
    capacity: { cpu: "2", memory: "4Gi", pods: "110" },
    allocatable: { cpu: "2", memory: "4Gi", pods: "110" },
  },
});

/**
 * The differences of two Nodes: a label or an annotation by its key, else the field below metadata, spec or
 * status.
 */
export function differences(before: any, after: any): string[] {
  const parts = (node: any): Record<string, Change> => ({
    labels: node.metadata?.labels,
    annotations: node.metadata?.annotations,
    metadata: { finalizers: node.metadata?.finalizers, ownerReferences: node.metadata?.ownerReferences },
    spec: node.spec,
    status: node.status,
  });
  const [old, now] = [parts(before), parts(after)];
  return Object.keys(old).flatMap((part) =>
    [...new Set([...Object.keys(old[part] ?? {}), ...Object.keys(now[part] ?? {})])]
      .filter((key) => !isDeepStrictEqual(old[part]?.[key], now[part]?.[key]))
      .map((key) => `${part} ${key}`),
  );
}
