import type { Lab } from "../../lab";
import { instanceOf, type KubernetesObject, type Node } from "../../kubernetes/kubernetes";
import type { Machine } from "../../node/machine";
import { until } from "../../until";
import type { Drill } from "../drill";
import { controlPlanesReady } from "./controlPlane";

/** Seconds after which a worker that has not joined is a failure. */
const patience = 180;

interface SigningRequest extends KubernetesObject {
  readonly spec: { readonly signerName: string; readonly username: string };
  readonly status?: { readonly certificate?: string };
}

/** A worker joins a cluster that comes up at the same moment, with nothing but a token from the store and the CA. */
export const workerJoin: Drill = {
  name: "worker-join",
  kubernetes: "real",
  size: 3,
  workers: 1,
  limits: { seconds: 90 },
  async run(stage) {
    const { lab } = stage;
    await lab.cluster.up(poolSettings);
    await lab.cluster.settled(patience + lab.minutes(15) / 1000);
    const poweredOn = await lab.startFromNothing();
    const ready = await controlPlanesReady(stage, poweredOn);
    const worker = lab.machine((await lab.cluster.workers()).map(({ id }) => id)[0] ?? "");
    const nodes = await lab.kubernetes.nodesAre([...ready.keys(), worker.id], patience);
    const seconds = (Date.now() - poweredOn) / 1000;
    const node = nodes.find((one) => instanceOf(one) === worker.id)!;
    stage.note(`${node.metadata.name} has joined after ${seconds.toFixed(1)} s`);
    isRegistered(node, worker);
    await servesWithApprovedCertificate(lab, node);
    await holdsNoCredentials(worker);
    await readsNoSecrets(lab, worker, node);
    await lab.cluster.settled(patience);
    return { what: "three controllers and a worker from nothing", seconds };
  },
};

const poolSettings = {
  "workerPools.workers.min": "1",
  'workerPools.workers.labels["example.com/tier"]': "web",
  "workerPools.workers.taints[0].key": "example.com/drill",
  "workerPools.workers.taints[0].value": "join",
  "workerPools.workers.taints[0].effect": "PreferNoSchedule",
};

/** The node came with all that schedulers and cloud controllers go by. */
function isRegistered({ metadata, spec }: Node, worker: Machine): void {
  const zone = worker.instance.zone;
  const wanted = {
    "example.com/tier": "web",
    "node.kubernetes.io/pool": "workers",
    "topology.kubernetes.io/zone": zone,
  };
  for (const [label, value] of Object.entries(wanted)) {
    const found = metadata.labels?.[label];
    if (found !== value) throw new Error(`the label ${label} is ${found}, and should be ${value}`);
  }
  const providerId = `aws:///${zone}/${worker.id}`;
  if (spec.providerID !== providerId)
    throw new Error(`the provider id is ${spec.providerID}, and should be ${providerId}`);
  const taints = (spec.taints ?? []).map(({ key, value, effect }) => `${key}=${value ?? ""}:${effect}`);
  if (!taints.includes("example.com/drill=join:PreferNoSchedule"))
    throw new Error(`the taints are ${taints.join(", ")}, and not those of the pool`);
}

/** The cluster has issued the kubelet's serving certificate: the apiserver, which checks it, gets through. */
async function servesWithApprovedCertificate({ kubernetes }: Lab, { metadata }: Node): Promise<void> {
  await until(`the kubelet of ${metadata.name} serves`, 90, async () => {
    const { status, stdout, stderr } = await kubernetes.attempt([
      ...["get", "--raw", `/api/v1/nodes/${metadata.name}/proxy/healthz`],
    ]);
    return (status === 0 && stdout.trim() === "ok") || stderr.trim();
  });
  const requests = await kubernetes.list<SigningRequest>("certificatesigningrequests");
  const own = requests.filter(({ spec }) => spec.username === `system:node:${metadata.name}`);
  const served = own.filter(({ spec }) => spec.signerName === "kubernetes.io/kubelet-serving");
  if (!served.some(({ status }) => status?.certificate))
    throw new Error(`no serving certificate was issued to ${metadata.name}`);
}

/** Nothing on a worker opens the cluster but the kubelet's own certificate. */
async function holdsNoCredentials(worker: Machine): Promise<void> {
  const search = `
    for file in /etc/kubernetes/admin.conf /etc/kubernetes/super-admin.conf /run/cluster/bootstrap-token; do
      [ ! -e "$file" ] || echo "$file"
    done
    grep -rl -e 'PRIVATE KEY' -e 'client-key-data' -e '^ *token:' /etc/kubernetes /etc/cluster /run/cluster || true`;
  const { stdout, stderr, status } = await worker.run(["sh", "-euc", search]);
  if (status !== 0) throw new Error(`looking for credentials on ${worker.id} failed: ${stderr}`);
  if (stdout !== "")
    throw new Error(`there are credentials on ${worker.id}: ${stdout.trim().split("\n").join(", ")}`);
}

/** What the kubelet's certificate opens, tried with it: its own node and no more. */
async function readsNoSecrets({ kubernetes }: Lab, worker: Machine, node: Node): Promise<void> {
  const others = (await kubernetes.list<Node>("nodes", "-l", "node-role.kubernetes.io/control-plane")).map(
    ({ metadata }) => metadata.name,
  );
  const [other = ""] = others;
  await kubernetes.apply(secretOf(other));
  const patch = (label: string) => JSON.stringify({ metadata: { labels: { [label]: "drill" } } });
  const own = `/api/v1/nodes/${node.metadata.name}`;
  const tries: [wanted: string, path: string, body?: string][] = [
    ["200", own],
    ["200", own, patch("node.kubernetes.io/drill")],
    ["403", own, patch("node-restriction.kubernetes.io/drill")],
    ["403", `/api/v1/nodes/${other}`, patch("node.kubernetes.io/drill")],
    ["403", "/api/v1/secrets"],
    ["403", "/api/v1/namespaces/kube-system/secrets"],
    ["403", "/api/v1/namespaces/default/secrets/of-another-node"],
    ["403", "/api/v1/namespaces/kube-system/configmaps"],
  ];
  for (const [wanted, path, body] of tries) {
    const status = await askAsKubelet(worker, path, body);
    const verb = body === undefined ? "GET" : `PATCH ${body}`;
    if (status !== wanted)
      throw new Error(`${verb} ${path} with the credentials of ${worker.id}: HTTP ${status}, not ${wanted}`);
  }
}

/** A secret that a pod on the node uses, so that its kubelet and no other may read it. */
const secretOf = (node: string) => `
apiVersion: v1
kind: Secret
metadata: {name: of-another-node, namespace: default}
stringData: {drill: worker-join}
---
apiVersion: v1
kind: Pod
metadata: {name: on-another-node, namespace: default}
spec:
  nodeName: ${node}
  containers:
    - name: pause
      image: registry.k8s.io/pause:3.10.2
      envFrom: [{secretRef: {name: of-another-node}}]
`;

/** The HTTP status of a request that the worker sends with its kubelet's certificate. */
async function askAsKubelet(worker: Machine, path: string, body?: string): Promise<string> {
  const script = `
    source /etc/cluster/cluster.env
    identity=/var/lib/kubelet/pki/kubelet-client-current.pem
    exec curl -sS --max-time 10 --cacert /etc/kubernetes/pki/ca.crt --cert "$identity" --key "$identity" \\
      -o /dev/null -w '%{http_code}' "\${@:2}" "https://api.$ZONE:6443$1"`;
  const patch = ["-X", "PATCH", "-H", "Content-Type: application/merge-patch+json", "--data", body ?? ""];
  const { stdout, stderr, status } = await worker.run([
    "bash",
    "-euc",
    script,
    "ask",
    path,
    ...(body === undefined ? [] : patch),
  ]);
  if (status !== 0) throw new Error(`${worker.id} cannot ask ${path}: ${stderr}`);
  return stdout;
}
