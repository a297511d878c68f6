import { stringify } from "yaml";

/**
 * How the apiserver encrypts Secrets in etcd
 * (https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/).
 * Key number `current` encrypts Secrets. The next key can already decrypt them: apiservers take a new
 * configuration one after the other, and none may meet an unknown key. The earlier keys stay, for the Secrets
 * in snapshots.
 * @param keys the first `current` + 1 keys in their order, 32 bytes each, base64
 */
export function encryptionConfiguration(keys: readonly string[], current: number): string {
  if (keys.length !== current + 1)
    throw new Error(
      `key ${current} is to be written with, and there are ${keys.length} keys, not ${current + 1}`,
    );
  const all = keys.map((secret, index) => ({ name: `key${index + 1}`, secret }));
  const [next, ...older] = all.reverse();
  return stringify({
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "EncryptionConfiguration",
    resources: [
      {
        resources: ["secrets"],
        providers: [{ secretbox: { keys: [older[0], next, ...older.slice(1)] } }, { identity: {} }],
      },
    ],
  });
}
