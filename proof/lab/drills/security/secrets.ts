import { randomUUID } from "node:crypto";
import type { Lab } from "../../lab";
import type { KubernetesObject } from "../../kubernetes/kubernetes";
import { until } from "../../until";
import type { Drill } from "../drill";
import { etcdctl } from "../membership/etcdctl";

/** Seconds until all nodes' timers have fetched, read and used a new key: four minutes in the worst case. */
const patience = 360;

interface KeyValues {
  readonly kvs?: readonly { readonly key: string; readonly value: string }[];
}

interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * A Secret in etcd is ciphertext. A setting rotates its key: no node is replaced, and every Secret gets the
 * new key.
 */
export const secrets: Drill = {
  name: "secrets",
  kubernetes: "real",
  size: 3,
  limits: {},
  async run(stage) {
    const { lab } = stage;
    const content = randomUUID();
    await lab.kubernetes.apply(
      JSON.stringify({
        ...{ apiVersion: "v1", kind: "Secret", metadata: { name: "at-rest", namespace: "default" } },
        stringData: { content },
      }),
    );
    const key = await keyOf(lab, "/registry/secrets/default/at-rest", content);
    stage.note(`Secrets are encrypted with key${key}`);
    const before = (await lab.cluster.controllers()).map(({ id }) => id).sort();

    const rotated = key + 1;
    const began = Date.now();
    await lab.cluster.up({ "encryption.key": String(rotated) });
    await until(`every Secret is encrypted with key${rotated}`, patience, async () => {
      const { data } = await lab.kubernetes
        .get<ConfigMap>("configmap", "secrets-encryption", "kube-system")
        .catch((): Partial<ConfigMap> => ({}));
      return data?.key === `key${rotated}` || `with ${data?.key ?? "nobody knows which"}`;
    });
    const seconds = (Date.now() - began) / 1000;
    const found = await keyOf(lab, "/registry/secrets/", content);
    if (found !== rotated) throw new Error(`Secrets in etcd have key${found}, and not key${rotated}`);
    for (const id of before) {
      const server = ["--server", `https://${lab.machine(id).address}:6443`];
      const get = [...server, "get", "secret", "at-rest", "-o", "jsonpath={.data.content}"];
      if (Buffer.from(await lab.kubernetes.kubectl(get), "base64").toString() !== content)
        throw new Error(`by the apiserver of ${id} the Secret has another content now`);
    }
    const after = (await lab.cluster.controllers()).map(({ id }) => id).sort();
    if (after.join() !== before.join())
      throw new Error(`controllers were ${before.join(", ")}, and now are ${after.join(", ")}`);
    return { what: "Secrets are ciphertext in etcd; their key rotated", seconds };
  },
};

/**
 * Number of the key that encrypts all Secrets below a prefix of etcd.
 * @throws Error for one that is not encrypted, shows its content, or has another key than the first
 */
async function keyOf(lab: Lab, prefix: string, content: string): Promise<number> {
  const [controller] = await lab.cluster.controllers();
  const read = await etcdctl(
    lab.machine(controller?.id ?? ""),
    "get",
    "--prefix",
    prefix,
    "--write-out=json",
  );
  const { kvs = [] } = JSON.parse(read) as KeyValues;
  if (kvs.length === 0) throw new Error(`etcd has no Secret at ${prefix}`);
  const keys = kvs.map(({ key, value }) => {
    const name = Buffer.from(key, "base64").toString();
    const raw = Buffer.from(value, "base64").toString("latin1");
    const [, number] = /^k8s:enc:secretbox:v1:key(\d+):/.exec(raw) ?? [];
    if (number === undefined) throw new Error(`${name} is not encrypted: it begins with ${raw.slice(0, 20)}`);
    if (raw.includes(content)) throw new Error(`${name} is readable in etcd`);
    return { name, number: Number(number) };
  });
  const [first = { name: "", number: 0 }] = keys;
  const other = keys.find(({ number }) => number !== first.number);
  if (other) throw new Error(`${first.name} has key${first.number}, and ${other.name} key${other.number}`);
  return first.number;
}
