import type { Lab } from "../../lab";
import type { KubernetesObject, Node } from "../../kubernetes/kubernetes";
import type { Machine } from "../../node/machine";
import { until } from "../../until";

/** https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/ */
export interface SigningRequest extends KubernetesObject {
  readonly spec: { readonly signerName: string; readonly username: string };
  readonly status?: {
    readonly certificate?: string;
    readonly conditions?: readonly { readonly type: string }[];
  };
}

/**
 * A worker's role may read its pool's token at any time. With the token, root on a worker asks for
 * certificates of other nodes, whose Secrets it could read then. None is issued: not for an existing node,
 * not for its host name in another domain, and not for a controller.
 */
export async function joinsUnderNoOtherName(lab: Lab, worker: Machine, node: Node): Promise<void> {
  const { kubernetes } = lab;
  const [controller] = await kubernetes.list<Node>("nodes", "-l", "node-role.kubernetes.io/control-plane");
  const group = (await lab.cluster.workers()).find(({ id }) => id === worker.id)?.group ?? "";
  const token = (await lab.store.read(`bootstrap/${group}/token`)).trim();
  const ask = async (name: string) => {
    const { status, stdout, stderr } = await worker.run([
      "bash",
      "-euo",
      "pipefail",
      "-c",
      asking,
      "ask",
      name,
      token,
    ]);
    if (status !== 0) throw new Error(`${worker.id} cannot ask for a certificate of ${name}: ${stderr}`);
    return (JSON.parse(stdout) as SigningRequest).metadata.name;
  };
  const asController = await ask(controller?.metadata.name ?? "");
  const [host] = node.metadata.name.split(".");
  const asWorker = [await ask(node.metadata.name), await ask(`${host}.elsewhere`)];
  const stateOf = async (name: string) => (await kubernetes.get<SigningRequest>("csr", name)).status;
  for (const request of asWorker)
    await until("a request in the name of a Node that is there is denied", 60, async () => {
      const conditions = (await stateOf(request))?.conditions ?? [];
      return conditions.some(({ type }) => type === "Denied") || `it is ${JSON.stringify(conditions)}`;
    });
  // The earlier requests are checked too: every pass checks all.
  const state = (await stateOf(asController)) ?? {};
  if (state.certificate !== undefined || state.conditions?.some(({ type }) => type === "Approved"))
    throw new Error(
      `a bootstrap token got a certificate of ${controller?.metadata.name}: ${JSON.stringify(state)}`,
    );
}

/** Like a kubelet's request: openssl uses other string types by default. */
const asking = `
  source /etc/cluster/cluster.env
  config='[req]\nstring_mask = default\ndistinguished_name = dn\n[dn]\n'
  openssl req -config <(printf "$config") -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -subj "/O=system:nodes/CN=system:node:$1" 2>/dev/null |
    base64 -w 0 |
    jq -R '{apiVersion: "certificates.k8s.io/v1", kind: "CertificateSigningRequest", metadata: {generateName: "drill-"},
      spec: {request: ., signerName: "kubernetes.io/kube-apiserver-client-kubelet", usages: ["digital signature", "client auth"]}}' |
    curl -sS --fail-with-body --max-time 10 --cacert /etc/kubernetes/pki/ca.crt -H "Authorization: Bearer $2" \\
      -H 'Content-Type: application/json' --data @- "https://api.$ZONE:6443/apis/certificates.k8s.io/v1/certificatesigningrequests"`;
