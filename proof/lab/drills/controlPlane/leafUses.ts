import type { Lab } from "../../lab";
import type { Node } from "../../kubernetes/kubernetes";
import { until } from "../../until";
import { newestLogin } from "./auditLog";
import { bash, type Shown } from "./leafCertificates";
import type { Web } from "../pods/web";

/** Seconds after which a missing effect is a failure. */
const patience = 90;

/** Users of the certificates. The audit log has their requests, with the certificate's fingerprint. */
const users = {
  "system:kube-controller-manager": "controller-manager.conf",
  "system:kube-scheduler": "scheduler.conf",
};

/**
 * The uses of the apiserver's own client certificates: it calls a kubelet, and forwards a request to
 * metrics-server.
 */
const viaApiserver = (node: string) => [
  `/api/v1/nodes/${node}/proxy/healthz`,
  "/apis/metrics.k8s.io/v1beta1/nodes",
];

/**
 * Every certificate of every controller is used, and no older one. @throws Error that names the one that is
 * not
 */
export async function usesOf(lab: Lab, web: Web, controllers: readonly Shown[]): Promise<void> {
  const workers = (await lab.cluster.workers()).map(({ id }) => lab.machine(id).instance.hostname);
  const nodes = await lab.kubernetes.list<Node>("nodes");
  const worker = nodes.find(({ metadata }) => workers.includes(metadata.name))?.metadata.name ?? "";
  for (const { machine, leaves } of controllers) {
    const kubectl = "kubectl --kubeconfig /etc/kubernetes/admin.conf --server https://127.0.0.1:6443";
    const admin = await bash(machine, `${kubectl} auth whoami -o json`);
    const fingerprint = leaves.find(({ name }) => name === "admin.conf")?.fingerprint ?? "";
    if (!admin.includes(`X509SHA256=${fingerprint}`))
      throw new Error(`admin.conf of ${machine.id} logs in with another certificate: ${admin}`);
    for (const path of viaApiserver(worker)) {
      await until(`the apiserver of ${machine.id} gets ${path}`, patience, async () => {
        const { status, stderr } = await machine.run(["bash", "-c", `${kubectl} get --raw ${path}`]);
        return status === 0 || stderr.trim();
      });
    }
  }

  // Deleting a pod of a Deployment gives the controller-manager and the scheduler work.
  const [pod] = await web.pods();
  await lab.kubernetes.kubectl(["delete", "pod", pod?.metadata.name ?? "", "-n", "drill"]);
  await web.isAvailable();
  for (const [user, file] of Object.entries(users)) {
    const renewed = controllers.flatMap(({ leaves }) => leaves.filter(({ name }) => name === file));
    await until(`${user} logs in with a new certificate`, patience, async () => {
      const used = await newestLogin(lab, user);
      return renewed.some(({ fingerprint }) => used.includes(fingerprint)) || `its last one was ${used}`;
    });
  }
}
