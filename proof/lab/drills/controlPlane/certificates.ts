import { setTimeout as sleep } from "node:timers/promises";
import { noneFailedTwice } from "../../clients/apiClient";
import type { Lab } from "../../lab";
import type { Node } from "../../kubernetes/kubernetes";
import type { Machine } from "../../node/machine";
import { until } from "../../until";
import type { Drill } from "../drill";
import { bash, leafCertificates, makeShortLived, servedSerial, type Shown } from "./leafCertificates";
import { usesOf } from "./leafUses";
import { Web } from "../pods/web";

/** Three controllers, one after the other, each with three pods to restart. */
const patience = 600;

/** Days for which a renewed certificate is valid at least: kubeadm.yaml says 90. */
const renewedDays = 89;

/** apiserver, controller-manager, scheduler */
const ports = [6443, 10257, 10259];

/**
 * Each controller's own timer renews kubeadm's certificates near their end, one controller after the other.
 * Every new certificate is in use.
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
    const began = Date.now();
    for (const machine of controllers) await bash(machine, elapseAtOnce);
    let mostRestarting = 0;
    const idle = new Set<string>();
    await until("all controllers have renewed their certificates", patience, async () => {
      const ready = await Promise.all(controllers.map(({ address }) => lab.client.isReady(address)));
      mostRestarting = Math.max(mostRestarting, ready.filter((one) => !one).length);
      for (const machine of controllers) {
        if (idle.has(machine.id) || !(await hasRenewed(machine))) continue;
        idle.add(machine.id);
        stage.note(`${machine.id} is through after ${((Date.now() - began) / 1000).toFixed(1)} s`);
      }
      await sleep(250);
      return idle.size === controllers.length || `so far ${[...idle].join(", ") || "none"}`;
    });
    const seconds = (Date.now() - began) / 1000;
    for (const machine of controllers) await bash(machine, asBefore);

    const renewed = await read(controllers);
    areNew(old, renewed);
    for (const { machine, leaves, served } of renewed) {
      const serial = leaves.find(({ name }) => name === "apiserver")?.serial;
      if (served[0] !== serial)
        throw new Error(`${machine.id} serves at 6443 with ${served[0]}, and not with ${serial}`);
    }
    await usesOf(lab, web, renewed);
    await kubeletsRotate(lab);
    const now = (await lab.cluster.controllers()).map(({ id }) => id).sort();
    if (now.join() !== instances.join())
      throw new Error(`controllers were ${instances.join(", ")}, and now are ${now.join(", ")}`);
    if (mostRestarting > 1) throw new Error(`${mostRestarting} apiservers were not ready at the same time`);
    noneFailedTwice(asks);
    return {
      what: "kubeadm's certificates renewed by the nodes' timers, all at the same moment",
      seconds,
      figures: {
        "apiservers not ready at once, at most": mostRestarting,
        "first end of a certificate before": firstEnd(old),
        "first end of a certificate after": firstEnd(renewed),
      },
    };
  },
};

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
  const [result, through] = (await bash(machine, renewal)).trim().split("\n");
  if (result === "Result=success") return through === "yes";
  const log = await bash(machine, "journalctl --unit kubeadm-certs --output cat --no-pager --lines 15");
  throw new Error(`kubeadm-certs fails on ${machine.id}: ${log}`);
}

const renewal = `
  systemctl show kubeadm-certs.service --property=Result
  openssl x509 -in /etc/kubernetes/pki/apiserver.crt -noout -checkend 86400 >/dev/null &&
    [[ ! -e /var/lib/cluster/restart-pending ]] && echo yes || echo no`;

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
