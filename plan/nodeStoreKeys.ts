/**
 * The layout of the node store: the one bucket that a cluster's nodes read from and write to.
 *
 * | folder        | what is in it                               | written by    | read by      |
 * | ------------- | ------------------------------------------- | ------------- | ------------ |
 * | `ignition/`   | the nodes' Ignition configurations          | `pulumi up`   | nodes        |
 * | `pki/`        | CAs and certificates                        | `pulumi up`   | nodes        |
 * | `encryption/` | keys of Secrets; metadata about the cluster | `pulumi up`   | controllers  |
 * | `settings/`   | settings that running nodes take over       | `pulumi up`   | nodes        |
 * | `addons/`     | manifests of all add-ons                    | `pulumi up`   | controllers  |
 * | `etcd/`       | formations, snapshots, a wanted restore     | controllers   | controllers  |
 * | `bootstrap/`  | the current bootstrap token of each pool    | controllers   | workers      |
 *
 * Scripts on the nodes spell these keys out; `test/ignition/nodeStoreKeys.test.ts` holds them to this file.
 */
export const folders = {
  ignition: "ignition/",
  pki: "pki/",
  encryption: "encryption/",
  settings: "settings/",
  addons: "addons/",
  etcd: "etcd/",
  bootstrap: "bootstrap/",
} as const;

/** Folder of the controllers' Ignition configurations. */
export const controllerConfigs = "ignition/controller/";

/** Folder of a worker pool's Ignition configurations. */
export const poolConfigs = (pool: string) => `ignition/pool-${pool}/`;

/**
 * An Ignition configuration, named by its content: a node of an older launch template finds its own beside the newer ones.
 * Versions of one object would do that too, but S3 may not know them for 15 minutes after a bucket has got versioning
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/manage-versioning-examples.html).
 *
 * @param folder of the controllers or of a pool
 * @param sha512 of the content, hex
 */
export const configKey = (folder: string, sha512: string) => `${folder}${sha512.slice(0, 32)}.ign`;

export const pki = {
  etcdCa: "pki/etcd/ca.crt",
  etcdServer: "pki/etcd/server.pem",
  etcdPeer: "pki/etcd/peer.pem",
  etcdClient: "pki/etcd/client.pem",
  kubernetesCa: "pki/kubernetes/ca.crt",
  kubernetesCaKey: "pki/kubernetes/ca.key",
  frontProxyCa: "pki/front-proxy/ca.crt",
  frontProxyCaKey: "pki/front-proxy/ca.key",
  serviceAccountKey: "pki/service-account/sa.key",
  serviceAccountPublicKey: "pki/service-account/sa.pub",
} as const;

/** How apiservers encrypt Secrets; its S3 metadata record the choices that the cluster was made with. */
export const encryptionConfig = "encryption/encryption.yaml";

/** Who may log in to a node by SSH. */
export const sshAuthorizedKeys = "settings/ssh-authorized-keys";

/** How often controllers take a snapshot. */
export const snapshotIntervalMinutes = "settings/snapshot-interval-minutes";

/** All manifests that controllers apply. */
export const addonManifest = "addons/manifest.yaml";

/** Who forms the cluster: `etcd/formation-<epoch>.json`. */
export const formationPrefix = "etcd/formation-";

/** Which cluster has formed: `etcd/formed-<epoch>.json`. */
export const formedPrefix = "etcd/formed-";

/** The epoch of a formation's key; undefined for any other key. */
export function formationEpoch(key: string): number | undefined {
  const [, epoch] = /^etcd\/formation-(\d+)\.json$/.exec(key) ?? [];
  return epoch === undefined ? undefined : Number(epoch);
}

/** The snapshot that an operator wants back; only `pulumi up` writes it. */
export const restoreRequest = "etcd/restore.json";

/** etcd snapshots: `etcd/snapshots/<time>-<instance>.db`. */
export const snapshotFolder = "etcd/snapshots/";

/** The current bootstrap token for the workers of an Auto Scaling group. */
export const bootstrapToken = (group: string) => `bootstrap/${group}/token`;
