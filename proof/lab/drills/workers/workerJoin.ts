import { X509Certificate } from "node:crypto";
import type { Lab } from "../../lab";
import { instanceOf, type KubernetesObject, type Node } from "../../kubernetes/kubernetes";
import type { Machine } from "../../node/machine";
import { until } from "../../until";
import type { Drill } from "../drill";
import { controlPlanesReady } from "../controlPlane/controlPlane";
import { readsOwnSecretsAlone } from "./kubeletSecrets";
import { bash } from "../controlPlane/leafCertificates";
import { joinsUnderNoOtherName, type SigningRequest } from "./otherNames";

/** Seconds after which a worker that has not joined is a failure. */
const patience = 180;

/** A Secret, or a ConfigMap. */
interface Secret extends KubernetesObject {
  readonly data: Readonly<Record<string, string>>;
}

/** Two workers join a cluster that starts at the same moment, with only a token from the store and the CA. */
export const workerJoin: Drill = {
  name: "worker-join",
  kubernetes: "real",
  size: 3,
  startsFromNothing: true,
  workers: 0,
  limits: { seconds: 90 },
  async run(stage) {
    const { lab } = stage;
    await lab.cluster.up(poolSettings);
    const controllers = (await lab.cluster.controllers()).map(({ id }) => id);
    await lab.cluster.launched(2, new Set(controllers));
    const poweredOn = await lab.startFromNothing();
    const ready = await controlPlanesReady(stage, poweredOn);
    const workers = (await lab.cluster.workers()).map(({ id }) => id);
    const nodes = await lab.kubernetes.nodesAre([...ready.keys(), ...workers], patience);
    const seconds = (Date.now() - poweredOn) / 1000;
    stage.note(`${workers.join(" and ")} have joined after ${seconds.toFixed(1)} s`);
    const worker = lab.machine(workers[0] ?? "");
    const node = nodes.find((one) => instanceOf(one) === worker.id)!;
    isRegistered(node, worker);
    await isBootstrapped(lab, worker, node);
    await servesWithApprovedCertificate(lab, node);
    await holdsNoCredentials(worker);
    await readsOwnSecretsAlone(lab, worker, node);
    await joinsUnderNoOtherName(lab, worker, node);
    await lab.cluster.settled(patience);
    return { what: "three controllers and two workers from nothing", seconds };
  },
};

const poolSettings = {
  "workerPools.workers.min": "2",
  'workerPools.workers.labels["example.com/tier"]': "web",
  "workerPools.workers.taints[0].key": "example.com/drill",
  "workerPools.workers.taints[0].value": "join",
  "workerPools.workers.taints[0].effect": "PreferNoSchedule",
};

/** The node has all the fields that schedulers and cloud controllers use. */
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

/** It had the cluster's CA pinned and a token of two hours, and got a certificate of its own for them. */
async function isBootstrapped({ kubernetes }: Lab, worker: Machine, { metadata }: Node): Promise<void> {
  const requests = await kubernetes.list<SigningRequest>("certificatesigningrequests");
  const subject = `CN=system:node:${metadata.name}`;
  const own = requests.find(
    ({ spec, status }) =>
      spec.signerName === "kubernetes.io/kube-apiserver-client-kubelet" &&
      spec.username.startsWith("system:bootstrap:") &&
      subjectOf(status?.certificate).includes(subject),
  );
  if (!own) throw new Error(`no bootstrap token has asked for a certificate of ${subject}`);

  const token = own.spec.username.replace("system:bootstrap:", "bootstrap-token-");
  const { data } = await kubernetes.get<Secret>("secret", token, "kube-system");
  const expiration = Buffer.from(data.expiration ?? "", "base64").toString();
  const hours = (Date.parse(expiration) - Date.now()) / 3_600_000;
  if (!(hours > 0 && hours <= 2)) throw new Error(`${token} expires at "${expiration}"`);

  const { data: published } = await kubernetes.get<Secret>("configmap", "kube-root-ca.crt");
  const ca = await bash(worker, "cat /etc/kubernetes/pki/ca.crt");
  if (ca.trim() !== published["ca.crt"]?.trim())
    throw new Error(`${worker.id} has another CA than the cluster`);
  const pinned = `
    grep -q 'certificate-authority: /etc/kubernetes/pki/ca.crt' /etc/cluster/bootstrap-kubeconfig.yaml || echo 'no CA is pinned'
    grep -r insecure-skip-tls-verify /etc/kubernetes /etc/cluster || true`;
  const unverified = await bash(worker, pinned);
  if (unverified !== "") throw new Error(`${worker.id} does not verify the API: ${unverified.trim()}`);
}

/** Fields of a certificate in base64 PEM, as in requests; empty if none was issued. */
const subjectOf = (certificate: string | undefined): string =>
  certificate === undefined ? "" : new X509Certificate(Buffer.from(certificate, "base64")).subject;

/** The cluster has issued the kubelet's serving certificate: the apiserver, which checks it, can connect. */
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

/** Only the kubelet's own certificate on a worker gives access to the cluster. */
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
