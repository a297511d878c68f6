import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import { noneFailedTwice } from "../../clients/apiClient";
import type { GroupInstance } from "../../cluster/cluster";
import type { Lab } from "../../lab";
import { NodeLogs } from "../../cluster/nodeLogs";
import { until } from "../../until";
import type { Drill, Stage } from "../drill";

const caKey = "pki/kubernetes/ca.key";
const frontProxyKey = "pki/front-proxy/ca.key";
const encryption = "encryption/encryption.yaml";
const serviceAccountKey = "pki/service-account/sa.key";
const serviceAccountPublicKey = "pki/service-account/sa.pub";
const unknownGate = "NodeSwapp";

/** Seconds at most from the repair until all instances are in service. */
const patience = 300;

/**
 * Instances that cannot become ready, one after the other. Each is abandoned, its console and the log group
 * give the reason, and the older instances keep serving. The faults:
 * - a wrong key object
 * - a matching pair of service account keys that is not the cluster's
 * - a missing key
 * - an apiserver that never gets ready
 * - a worker whose kubelet does not start
 * - a worker on which kubeadm fails
 */
export const abandon: Drill = {
  name: "abandon",
  kubernetes: "real",
  size: 3,
  workers: 1,
  limits: {},
  failingUnits: [
    "launch-complete.service", // ends with an error once it has abandoned the launch
    "keys-renew.service", // refuses the wrong key objects on the controllers that serve
  ],
  async run(stage) {
    const { lab } = stage;
    const asks = await stage.askApi("writes");
    const right = new Map<string, string>();
    for (const key of [caKey, serviceAccountKey, serviceAccountPublicKey, frontProxyKey, encryption])
      right.set(key, await lab.store.read(key));
    const mend = async (...keys: string[]) => {
      for (const key of keys) await lab.store.write(key, right.get(key));
    };

    const controllers = await Newcomers.of(lab, () => lab.cluster.controllers());
    const [lost, ...serving] = controllers.before;
    if (lost === undefined) throw new Error("there are no controllers");
    await lab.store.write(caKey, otherKey());
    stage.note(`${caKey} is another one; ${lost} vanishes`);
    await lab.cluster.vanish([lost]);
    await refuse(lab, serving, /pki\/kubernetes\/ca\.key is refused/);
    const wrongKey = await isAbandoned(stage, controllers);

    const { privateKey, publicKey } = otherPair();
    await lab.store.write(serviceAccountKey, privateKey);
    await lab.store.write(serviceAccountPublicKey, publicKey);
    await mend(caKey);
    stage.note(`${serviceAccountKey} and sa.pub are another pair, ${caKey} is right again`);
    await hasSaid(lab, wrongKey, [
      /not ready after \d+ s: s3:\/\/\S+\/pki\/kubernetes\/ca\.key is refused: it does not belong to \/etc\/kubernetes\/pki\/ca\.crt/,
    ]);
    await refuse(lab, serving, /sa\.key is refused: this node began with another one/);
    const wrongPair = await isAbandoned(stage, controllers);

    await lab.store.write(frontProxyKey, undefined);
    await mend(serviceAccountKey, serviceAccountPublicKey);
    stage.note(`${frontProxyKey} is missing, the service account keys are right again`);
    await hasSaid(lab, wrongPair, [
      /not ready after \d+ s: \S+sa\.pub is not among the keys of the API at api\./,
    ]);
    if (readFileSync(wrongPair.console, "utf8").includes("kubeadm init as"))
      throw new Error(`${wrongPair.id} has begun an apiserver, which pods reach`);
    await refuse(lab, serving, /cannot read s3:\/\/\S+\/pki\/front-proxy\/ca\.key/);
    const missingKey = await isAbandoned(stage, controllers);

    await lab.store.write(encryption, withOtherSecrets(right.get(encryption) ?? ""));
    await mend(frontProxyKey);
    stage.note(`${encryption} has other keys than the Secrets are encrypted with`);
    await hasSaid(lab, missingKey, [
      // While the store is young this is no verdict, and the node waits to the end of its launch.
      /cannot read s3:\/\/\S+\/pki\/front-proxy\/ca\.key \(HTTP 403\)/,
    ]);
    await refuse(lab, serving, /it lacks what this node's own has: key/);
    const neverReady = await isAbandoned(stage, controllers);

    const mended = Date.now();
    await mend(encryption);
    stage.note("all key objects are right again");
    await hasSaid(lab, neverReady, [
      /the local apiserver is not ready: .*\[-\]/,
      /container kube-apiserver, start \d+, says:[^]*secret/i,
    ]);
    await lab.cluster.settled(patience + lab.hookSeconds(15));
    const seconds = (Date.now() - mended) / 1000;
    const left = (await lab.cluster.controllers()).map(({ id }) => id);
    const gone = serving.filter((id) => !left.includes(id));
    if (gone.length > 0) throw new Error(`${gone.join(", ")} served, and is gone`);

    const newWorkers = await Newcomers.of(lab, () => lab.cluster.workers());
    stage.note(`a pool's setting that the kubelet does not know: featureGates.${unknownGate}`);
    await lab.cluster.up({ [`workerPools.workers.kubelet.featureGates["${unknownGate}"]`]: "true" });
    const wrongGate = await isAbandoned(stage, newWorkers);

    await isWithoutKubeletConfig(lab);
    stage.note("the ConfigMap kubelet-config is gone, which kubeadm goes by");
    await hasSaid(lab, wrongGate, [
      /kubelet\.service has failed \d+ times/,
      new RegExp(`unrecognized feature gate: ${unknownGate}`),
    ]);
    await hasSaid(lab, await isAbandoned(stage, newWorkers), [
      /kubeadm-join\.service has failed 3 times/,
      /configmaps "kubelet-config" not found/,
    ]);
    await hasKubeletConfig(lab);
    const workers = await lab.cluster.workers();
    if (
      !workers.some(
        ({ id, lifecycleState }) => newWorkers.before.includes(id) && lifecycleState === "InService",
      )
    )
      throw new Error("the worker that served is not in service any more");
    await lab.cluster.forget("workerPools.workers.kubelet.featureGates");
    stage.note("the setting is gone");
    await lab.cluster.settled(patience + lab.hookSeconds(15));

    await holdsNoSecrets(lab, [...right.values()]);
    noneFailedTwice(asks);
    return {
      what: "a wrong key, another pair of keys, a missing key, an apiserver never ready, a kubelet and a kubeadm that fail: abandoned, with the reason",
      seconds,
    };
  },
};

/** The instances of a group that are launched after the existing ones, each once. */
class Newcomers {
  private readonly known: Set<string>;

  private constructor(
    private readonly instances: () => Promise<GroupInstance[]>,
    private readonly patience: number,
    /** Instances that existed before. */
    readonly before: readonly string[],
  ) {
    this.known = new Set(before);
  }

  static async of(lab: Lab, instances: () => Promise<GroupInstance[]>): Promise<Newcomers> {
    const before = (await instances()).map(({ id }) => id);
    return new Newcomers(instances, 120 + lab.minutes(5) / 1000, before);
  }

  /** Waits for the next one. */
  async next(): Promise<string> {
    let found = "";
    await until("another instance is launched", this.patience, async () => {
      found = (await this.instances()).find(({ id }) => !this.known.has(id))?.id ?? "";
      return found !== "" || "none is";
    });
    this.known.add(found);
    return found;
  }
}

/** A removed instance, and the file with its console's output. */
interface Abandoned {
  readonly id: string;
  readonly console: string;
}

/** Follows the next new instance until it is abandoned. */
async function isAbandoned(stage: Stage, newcomers: Newcomers): Promise<Abandoned> {
  const { lab } = stage;
  const id = await newcomers.next();
  const launched = Date.now();
  let console: string | undefined;
  await until(`${id} is abandoned`, 60 + lab.hookSeconds(15), async () => {
    console ??= lab.machines().find((machine) => machine.id === id)?.console;
    const all = [...(await lab.cluster.controllers()), ...(await lab.cluster.workers())];
    const state = all.find((instance) => instance.id === id)?.lifecycleState ?? "gone";
    if (state === "InService") throw new Error(`${id} is in service`);
    return !state.startsWith("Pending") || `it is ${state}`;
  });
  stage.note(`${id} is abandoned after ${((Date.now() - launched) / 1000).toFixed(1)} s`);
  return { id, console: console ?? "" };
}

/** The reasons are on its console and in the log group. */
async function hasSaid(lab: Lab, { id, console }: Abandoned, reasons: readonly RegExp[]): Promise<void> {
  const places = {
    "its console": readFileSync(console, "utf8"),
    "the log group": await new NodeLogs(lab.cluster.outputs.nodeLogGroup).of(id),
  };
  for (const [place, text] of Object.entries(places))
    for (const reason of reasons)
      if (!reason.test(text)) throw new Error(`${place} does not say ${String(reason)} of ${id}`);
}

const kubeletConfig = ["configmap", "kubelet-config", "-n", "kube-system"];

/** kubeadm-cluster-objects checks this file: it writes if the file is older than ten minutes. */
const objectsWritten = "/run/cluster/cluster-objects-written";

/** Removes what `kubeadm join` reads, and keeps controllers from writing it again for ten minutes. */
async function isWithoutKubeletConfig(lab: Lab): Promise<void> {
  await onControllers(lab, ["touch", objectsWritten]);
  await lab.kubernetes.kubectl(["delete", ...kubeletConfig]);
}

/** Lets controllers write it again at once. */
async function hasKubeletConfig(lab: Lab): Promise<void> {
  await onControllers(lab, ["rm", "-f", objectsWritten]);
  await until("controllers have written kubelet-config", 120, async () => {
    const { status, stderr } = await lab.kubernetes.attempt(["get", ...kubeletConfig]);
    return status === 0 || stderr.trim();
  });
}

async function onControllers(lab: Lab, command: readonly string[]): Promise<void> {
  for (const { id } of await lab.cluster.controllers()) {
    const { status, stderr } = await lab.machine(id).run(command);
    if (status !== 0) throw new Error(`${id} does not ${command.join(" ")}: ${stderr}`);
  }
}

/** Serving controllers look for renewed key objects now, and keep their own. */
async function refuse(lab: Lab, instances: readonly string[], reason: RegExp): Promise<void> {
  for (const id of instances) {
    const { status, stderr } = await lab.machine(id).run(["/opt/cluster/bin/keys-sync"]);
    if (status === 0 || !reason.test(stderr))
      throw new Error(`${id} does not refuse the key object: ${stderr}`);
  }
}

const otherKey = () =>
  generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
    type: "pkcs8",
    format: "pem",
  }) as string;

const otherPair = () =>
  generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });

interface EncryptionConfiguration {
  readonly resources: [
    { readonly providers: [{ readonly secretbox: { readonly keys: { secret: string }[] } }] },
  ];
}

/** The same keys by name, with other values. */
function withOtherSecrets(text: string): string {
  const configuration = parse(text) as EncryptionConfiguration;
  for (const key of configuration.resources[0].providers[0].secretbox.keys)
    key.secret = Buffer.from("of the drill".padEnd(32)).toString("base64");
  return stringify(configuration);
}

/** No report has a bootstrap token, a private key or any line of the key objects. */
async function holdsNoSecrets(lab: Lab, keyObjects: readonly string[]): Promise<void> {
  const reports = await new NodeLogs(lab.cluster.outputs.nodeLogGroup).of();
  const secrets = keyObjects.flatMap((text) => text.match(/[A-Za-z0-9+/=]{40,}/g) ?? []);
  const found = [/\b[a-z0-9]{6}\.[a-z0-9]{16}\b/, /PRIVATE KEY/].some((form) => form.test(reports));
  if (found || secrets.some((secret) => reports.includes(secret)))
    throw new Error("the nodes' log group has a secret in it");
}
