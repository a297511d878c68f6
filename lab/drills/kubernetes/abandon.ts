import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import { noneFailedTwice } from "../../apiClient";
import type { GroupInstance } from "../../cluster";
import type { Lab } from "../../lab";
import { NodeLogs } from "../../nodeLogs";
import { until } from "../../until";
import type { Drill, Stage } from "../drill";

const caKey = "pki/kubernetes/ca.key";
const frontProxyKey = "pki/front-proxy/ca.key";
const encryption = "encryption/encryption.yaml";
const unknownGate = "NodeSwapp";

/** Seconds at most from the mending until all is in service. */
const patience = 300;

/**
 * Instances that cannot become ready, one after the other: with a wrong and a missing key object, with an apiserver that
 * never gets ready, and a worker that kubeadm fails on. Each is abandoned, its console and the log group say why, and
 * those that were there before serve on.
 */
export const abandon: Drill = {
  name: "abandon",
  kubernetes: "real",
  size: 3,
  workers: 1,
  limits: {},
  async run(stage) {
    const { lab } = stage;
    const asks = await stage.askApi();
    const right = new Map<string, string>();
    for (const key of [caKey, frontProxyKey, encryption]) right.set(key, await lab.store.read(key));
    const mend = async (...keys: string[]) => {
      for (const key of keys) await lab.store.write(key, right.get(key));
    };

    const wrongKeys = await newcomersOf(lab, () => lab.cluster.controllers());
    await lab.store.write(caKey, otherKey());
    await lab.store.write(frontProxyKey, undefined);
    const [lost, ...serving] = wrongKeys.before;
    if (lost === undefined) throw new Error("there are no controllers");
    stage.note(`${caKey} is another one, ${frontProxyKey} is missing; ${lost} vanishes`);
    await lab.cluster.vanish([lost]);
    await refuse(lab, serving, /pki\/kubernetes\/ca\.key is refused/);
    await isAbandoned(stage, wrongKeys, [
      /pki\/kubernetes\/ca\.key is refused: it does not belong to \/etc\/kubernetes\/pki\/ca\.crt/,
      /cannot read s3:\/\/.*\/pki\/front-proxy\/ca\.key \(HTTP 403\)/,
    ]);

    const wrongEncryption = await newcomersOf(lab, () => lab.cluster.controllers());
    await lab.store.write(encryption, withOtherSecrets(right.get(encryption) ?? ""));
    await mend(caKey, frontProxyKey);
    stage.note(`${encryption} has other keys than the Secrets are encrypted with`);
    await refuse(lab, serving, /it lacks what this node's own has: key/);
    await isAbandoned(stage, wrongEncryption, [
      /the local apiserver is not ready: .*\[-\]/,
      /container kube-apiserver, start \d+, says:[^]*secret/i,
    ]);

    const mended = Date.now();
    await mend(encryption);
    stage.note("all key objects are right again");
    await lab.cluster.settled(patience + lab.minutes(15) / 1000);
    const seconds = (Date.now() - mended) / 1000;
    const left = (await lab.cluster.controllers()).map(({ id }) => id);
    const gone = serving.filter((id) => !left.includes(id));
    if (gone.length > 0) throw new Error(`${gone.join(", ")} served, and is gone`);

    const wrongGate = await newcomersOf(lab, () => lab.cluster.workers());
    stage.note(`a pool's setting that the kubelet does not know: featureGates.${unknownGate}`);
    await lab.cluster.up({ [`workerPools.workers.kubelet.featureGates["${unknownGate}"]`]: "true" });
    await isAbandoned(stage, wrongGate, [
      /kubelet\.service has failed \d+ times/,
      new RegExp(`unrecognized feature gate: ${unknownGate}`),
    ]);
    const workers = await lab.cluster.workers();
    if (
      !workers.some(
        ({ id, lifecycleState }) => wrongGate.before.includes(id) && lifecycleState === "InService",
      )
    )
      throw new Error("the worker that served is not in service any more");
    await lab.cluster.forget("workerPools.workers.kubelet.featureGates");
    stage.note("the setting is gone");
    await lab.cluster.settled(patience + lab.minutes(15) / 1000);

    await holdsNoSecrets(lab, [...right.values()]);
    noneFailedTwice(asks);
    return {
      what: "wrong and missing keys, an apiserver never ready, a kubelet that does not start: abandoned, with the reason",
      seconds,
    };
  },
};

interface Newcomers {
  /** Instances that were there before. */
  readonly before: readonly string[];
  /** Waits for the first one that was not. */
  next(): Promise<GroupInstance>;
}

async function newcomersOf(lab: Lab, instances: () => Promise<GroupInstance[]>): Promise<Newcomers> {
  const before = (await instances()).map(({ id }) => id);
  return {
    before,
    async next() {
      let found: GroupInstance | undefined;
      await until("another instance is launched", 120 + lab.minutes(5) / 1000, async () => {
        found = (await instances()).find(({ id }) => !before.includes(id));
        return found !== undefined || "none is";
      });
      return found!;
    },
  };
}

/** Follows the next newcomer until it is abandoned, with these reasons on its console and in the log group. */
async function isAbandoned(stage: Stage, newcomers: Newcomers, reasons: readonly RegExp[]): Promise<void> {
  const { lab } = stage;
  const { id } = await newcomers.next();
  const launched = Date.now();
  let console: string | undefined;
  await until(`${id} is abandoned`, 60 + lab.minutes(15) / 1000, async () => {
    console ??= lab.machines().find((machine) => machine.id === id)?.console;
    const all = [...(await lab.cluster.controllers()), ...(await lab.cluster.workers())];
    const state = all.find((instance) => instance.id === id)?.lifecycleState ?? "gone";
    if (state === "InService") throw new Error(`${id} is in service`);
    return !state.startsWith("Pending") || `it is ${state}`;
  });
  stage.note(`${id} is abandoned after ${((Date.now() - launched) / 1000).toFixed(1)} s`);
  const places = {
    "its console": readFileSync(console ?? "", "utf8"),
    "the log group": await new NodeLogs(lab.cluster.outputs.nodeLogGroup).of(id),
  };
  for (const [place, text] of Object.entries(places))
    for (const reason of reasons)
      if (!reason.test(text)) throw new Error(`${place} does not say ${String(reason)} of ${id}`);
}

/** Those that serve look for renewed key objects now, and keep their own. */
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

interface EncryptionConfiguration {
  readonly resources: [
    { readonly providers: [{ readonly secretbox: { readonly keys: { secret: string }[] } }] },
  ];
}

/** The same keys by name, with other contents. */
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
