import { stringify } from "yaml";

/**
 * How the apiserver encrypts Secrets in etcd
 * (https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/).
 *
 * @param key 32 bytes, base64
 */
export function encryptionConfiguration(key: string): string {
  return stringify({
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "EncryptionConfiguration",
    resources: [
      {
        resources: ["secrets"],
        providers: [{ secretbox: { keys: [{ name: "key1", secret: key }] } }, { identity: {} }],
      },
    ],
  });
}
