import { encryptionConfig, pki, snapshotIntervalMinutes, sshAuthorizedKeys } from "../plan/nodeStoreKeys";
import { dataUrl, File } from "./spec";

/** One object of the node store that `keys-sync` brings to a running node, and where it lives there: key material, a certificate, a setting. */
export interface KeyObject {
  /** Key in the bucket. */
  key: string;
  /** Path on the node. */
  path: string;
  /** Octal permission bits, as chmod takes them. */
  mode: "0600" | "0644";
  owner: "root" | "etcd";
}

const kubernetesCa: KeyObject = {
  key: pki.kubernetesCa,
  path: "/etc/kubernetes/pki/ca.crt",
  mode: "0644",
  owner: "root",
};

/** First, so that a person can log in to a node that gets nothing else. sshd reads it as the user that logs in. */
const sshKeys: KeyObject = {
  key: sshAuthorizedKeys,
  path: "/etc/cluster/ssh-authorized-keys",
  mode: "0644",
  owner: "root",
};

/** Certificate and key of an etcd leaf are one object, so that a renewal is one atomic rename on the node. */
export const controllerKeyObjects: readonly KeyObject[] = [
  sshKeys,
  { key: pki.etcdCa, path: "/etc/etcd/pki/ca.crt", mode: "0644", owner: "root" },
  { key: pki.etcdServer, path: "/etc/etcd/pki/server.pem", mode: "0600", owner: "etcd" },
  { key: pki.etcdPeer, path: "/etc/etcd/pki/peer.pem", mode: "0600", owner: "etcd" },
  { key: pki.etcdClient, path: "/etc/etcd/pki/client.pem", mode: "0600", owner: "root" },
  kubernetesCa,
  { key: pki.kubernetesCaKey, path: "/etc/kubernetes/pki/ca.key", mode: "0600", owner: "root" },
  {
    key: pki.frontProxyCa,
    path: "/etc/kubernetes/pki/front-proxy-ca.crt",
    mode: "0644",
    owner: "root",
  },
  {
    key: pki.frontProxyCaKey,
    path: "/etc/kubernetes/pki/front-proxy-ca.key",
    mode: "0600",
    owner: "root",
  },
  { key: pki.serviceAccountKey, path: "/etc/kubernetes/pki/sa.key", mode: "0600", owner: "root" },
  { key: pki.serviceAccountPublicKey, path: "/etc/kubernetes/pki/sa.pub", mode: "0644", owner: "root" },
  {
    key: encryptionConfig,
    path: "/etc/kubernetes/encryption/encryption.yaml",
    mode: "0600",
    owner: "root",
  },
  {
    key: snapshotIntervalMinutes,
    path: "/etc/cluster/snapshot-interval-minutes",
    mode: "0644",
    owner: "root",
  },
];

/** Of key material a worker gets the public half of the Kubernetes CA and nothing else. */
export const workerKeyObjects: readonly KeyObject[] = [sshKeys, kubernetesCa];

/** The list as `keys-sync` reads it on the node: a line per object, `<key> <path> <mode> <owner>`. */
export function keyManifest(objects: readonly KeyObject[]): File {
  const lines = objects.map(({ key, path, mode, owner }) => `${key} ${path} ${mode} ${owner}\n`);
  return {
    path: "/etc/cluster/key-objects",
    mode: 0o644,
    overwrite: true,
    contents: { source: dataUrl(lines.join("")) },
  };
}
