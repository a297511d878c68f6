import type { Lab } from "../../lab";
import type { Node } from "../../kubernetes/kubernetes";
import type { Machine } from "../../node/machine";
import { until } from "../../until";
import { auditLog } from "../controlPlane/auditLog";

/** Tries the rights of the kubelet's certificate: its own node and the Secrets of its own pods, and no more. */
export async function readsOwnSecretsAlone(lab: Lab, worker: Machine, node: Node): Promise<void> {
  const { kubernetes } = lab;
  const others = (await kubernetes.list<Node>("nodes", "-l", "node-role.kubernetes.io/control-plane")).map(
    ({ metadata }) => metadata.name,
  );
  const [other = ""] = others;
  await kubernetes.apply(secretOf("another-node", other));
  await kubernetes.apply(secretOf("own-node", node.metadata.name));
  const ownSecret = "/api/v1/namespaces/default/secrets/of-own-node";
  await until(`${worker.id} reads the Secret of its own pod`, 30, async () => {
    const status = await askAsKubelet(worker, ownSecret);
    return status === "200" || `HTTP ${status}`;
  });
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
  const user = `system:node:${node.metadata.name}`;
  await until(`the refusal of another node's Secret to ${user} is in an audit log`, 30, async () => {
    const events = await auditLog(lab, "of-another-node");
    return (
      events.some(
        (event) =>
          event.user.username === user &&
          event.objectRef?.name === "of-another-node" &&
          event.responseStatus?.code === 403,
      ) || "it is in none"
    );
  });
}

/** A secret of a pod on the node, which only this node's kubelet may read. */
const secretOf = (whose: string, node: string) => `
apiVersion: v1
kind: Secret
metadata: {name: of-${whose}, namespace: default}
stringData: {drill: worker-join}
---
apiVersion: v1
kind: Pod
metadata: {name: on-${whose}, namespace: default}
spec:
  nodeName: ${node}
  containers:
    - name: pause
      image: registry.k8s.io/pause:3.10.2
      envFrom: [{secretRef: {name: "of-${whose}"}}]
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
