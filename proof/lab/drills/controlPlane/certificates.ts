import { noneFailedTwice } from "../../clients/apiClient";
import type { Lab } from "../../lab";
import type { KubernetesObject, Node } from "../../kubernetes/kubernetes";
import type { Machine } from "../../node/machine";
import { until } from "../../until";
import type { Drill } from "../drill";
import { bash, leafCertificates, makeShortLived, servedSerial, type Shown } from "./leafCertificates";
import { usesOf } from "./leafUses";
import { Web } from "../pods/web";

/** Two pods of each controller restart. */
const patience = 300;

/** Seconds that an apiserver has to serve with a certificate that is new on its disk; it looks every minute, or sooner. */
const reloadSeconds = 90;

/** Days for which a renewed certificate is valid at least: kubeadm.yaml says 90. */
const renewedDays = 89;

/** apiserver, controller-manager, scheduler */
const ports = [6443, 10257, 10259];

/**
 * Each controller's own timer renews kubeadm's certificates near their end. Every new certificate is in use,
 * and no apiserver restarts.
 */
export const certificates: Drill = {
  name: "certificates",
  kubernetes: "real",
  size: 3,
  workers: 2,
  limits: { longestGapMs: 5000 },
  async run(stage) {
    const { lab } = stage;
    const web = await Web.deploy(lab.kubernetes);
    const asks = await stage.askApi("writes");
    const instances = (await lab.cluster.controllers()).map(({ id }) => id).sort();
    const controllers = instances.map((id) => lab.machine(id));
    for (const machine of controllers) await makeShortLived(machine);
    const old = await read(controllers);
    for (const { notAfter, name } of old.flatMap(({ leaves }) => leaves))
      if (daysLeft(notAfter) > 1) throw new Error(`${name} has ${daysLeft(notAfter)} days left, and not one`);

    stage.note("the certificates of all controllers have a day left, and their timers elapse at once");
    const apiservers = await apiserverContainers(lab);
    const began = Date.now();
    for (const machine of controllers) await bash(machine, elapseAtOnce);
    const idle = new Set<string>();
    await until("all controllers have renewed their certificates", patience, async () => {
      for (const machine of controllers) {
        if (idle.has(machine.id) || !(await hasRenewed(machine))) continue;
        idle.add(machine.id);
        stage.note(`${machine.id} is through after ${((Date.now() - began) / 1000).toFixed(1)} s`);
      }
      return idle.size === controllers.length || `so far ${[...idle].join(", ") || "none"}`;
    });
    for (const machine of controllers) await bash(machine, asBefore);
    let renewed = await read(controllers);
    await until("all apiservers serve with their new certificates", reloadSeconds, async () => {
      renewed = await read(controllers);
      const others = renewed.filter(({ leaves, served }) => served[0] !== apiserverSerial(leaves));
      return others.length === 0 || `${others.map(({ machine }) => machine.id).join(", ")} with another one`;
    });
    const seconds = (Date.now() - began) / 1000;

    areNew(old, renewed);
    await usesOf(lab, web, renewed);
    await kubeletsRotate(lab);
    const now = (await lab.cluster.controllers()).map(({ id }) => id).sort();
    if (now.join() !== instances.join())
      throw new Error(`controllers were ${instances.join(", ")}, and now are ${now.join(", ")}`);
    const apiserversNow = await apiserverContainers(lab);
    if (apiserversNow.join() !== apiservers.join())
      throw new Error(`apiservers were ${apiservers.join(", ")}, and now are ${apiserversNow.join(", ")}`);
    noneFailedTwice(asks);
    return {
      what: "kubeadm's certificates renewed by the nodes' timers, all at the same moment",
      seconds,
      figures: {
        "apiservers restarted": 0,
        "first end of a certificate before": firstEnd(old),
        "first end of a certificate after": firstEnd(renewed),
      },
    };
  },
};

const apiserverSerial = (leaves: Shown["leaves"]) => leaves.find(({ name }) => name === "apiserver")?.serial;

interface ApiserverPod extends KubernetesObject {
  readonly status: { readonly containerStatuses: readonly { readonly containerID?: string }[] };
}

/** Each apiserver's container: another one after every restart. */
async function apiserverContainers(lab: Lab): Promise<string[]> {
  const selector = ["-n", "kube-system", "-l", "component=kube-apiserver"];
  const pods = await lab.kubernetes.list<ApiserverPod>("pods", ...selector);
  return pods
    .map(({ metadata, status }) => `${metadata.name} ${status.containerStatuses[0]?.containerID}`)
    .sort();
}

function read(machines: readonly Machine[]): Promise<Shown[]> {
  return Promise.all(
    machines.map(async (machine) => ({
      machine,
      leaves: await leafCertificates(machine),
      served: await Promise.all(ports.map((port) => servedSerial(machine, port))),
    })),
  );
}

/** Every certificate is new and valid long enough, and every process shows a new one. */
function areNew(old: readonly Shown[], renewed: readonly Shown[]): void {
  for (const [index, { machine, leaves, served }] of renewed.entries()) {
    for (const { name, serial, notAfter } of leaves) {
      const before = old[index]?.leaves.find((leaf) => leaf.name === name);
      if (serial === before?.serial) throw new Error(`${name} on ${machine.id} is the old one`);
      if (daysLeft(notAfter) < renewedDays)
        throw new Error(`${name} on ${machine.id} ends on ${notAfter.toISOString()}`);
    }
    const same = ports.find((_, port) => served[port] === old[index]?.served[port]);
    if (same !== undefined)
      throw new Error(`port ${same} of ${machine.id} shows the certificate of before the renewal`);
  }
}

/** Kubelets get their certificates from the cluster and rotate them: kubeadm renews none of these. */
async function kubeletsRotate(lab: Lab): Promise<void> {
  const { kubernetes } = lab;
  for (const { metadata } of await kubernetes.list<Node>("nodes")) {
    const { kubeletconfig } = JSON.parse(
      await kubernetes.kubectl(["get", "--raw", `/api/v1/nodes/${metadata.name}/proxy/configz`]),
    ) as { kubeletconfig: { rotateCertificates?: boolean; serverTLSBootstrap?: boolean } };
    if (!kubeletconfig.rotateCertificates || !kubeletconfig.serverTLSBootstrap)
      throw new Error(`the kubelet of ${metadata.name} does not rotate its certificates`);
  }
  const rotating = "client-certificate: /var/lib/kubelet/pki/kubelet-client-current.pem";
  for (const machine of lab.machines())
    await bash(machine, `grep -q '${rotating}' /etc/kubernetes/kubelet.conf`);
}

/** When the first certificate expires, from `kubeadm certs check-expiration`. */
const firstEnd = (shown: readonly Shown[]): string =>
  shown.flatMap(({ leaves }) => leaves.map(({ notAfter }) => notAfter.toISOString())).sort()[0] ?? "";

const daysLeft = (notAfter: Date) => (notAfter.getTime() - Date.now()) / 86_400_000;

/**
 * Waits until its timer has started the service, and the service has finished. @throws Error with its log if
 * it failed
 */
async function hasRenewed(machine: Machine): Promise<boolean> {
  const [result, activity, through] = (await bash(machine, renewal)).trim().split("\n");
  if (result === "Result=success") return activity === "ActiveState=inactive" && through === "yes";
  const log = await bash(machine, "journalctl --unit kubeadm-certs --output cat --no-pager --lines 15");
  throw new Error(`kubeadm-certs fails on ${machine.id}: ${log}`);
}

const renewal = `
  systemctl show kubeadm-certs.service --property=Result
  systemctl show kubeadm-certs.service --property=ActiveState
  openssl x509 -in /etc/kubernetes/pki/apiserver.crt -noout -checkend 86400 >/dev/null &&
    ! [[ /etc/kubernetes/scheduler.conf -nt /etc/kubernetes/manifests/kube-scheduler.yaml ]] && echo yes || echo no`;

/** The product's timer, with another time. */
const elapseAtOnce = `
  mkdir -p /run/systemd/system/kubeadm-certs.timer.d
  printf '[Timer]\\nOnCalendar=\\nOnActiveSec=1s\\nRandomizedDelaySec=0\\n' >/run/systemd/system/kubeadm-certs.timer.d/drill.conf
  systemctl daemon-reload
  systemctl restart kubeadm-certs.timer`;

const asBefore = `
  rm -r /run/systemd/system/kubeadm-certs.timer.d
  systemctl daemon-reload
  systemctl restart kubeadm-certs.timer`;
