import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";
import { CertificateAuthority, LeafCertificate } from "./certificate";
import { encryptionConfiguration } from "./encryptionConfiguration";
import { encryptionConfig, pki as keys } from "../../plan/nodeStoreKeys";

export interface PkiArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  /** The cluster's DNS zone. */
  readonly zone: string;
  /** Number of the key that encrypts Secrets. */
  readonly encryptionKey: number;
  /**
   * Refuse to delete the keys without which snapshots are useless: those of the CAs, the service accounts and
   * Secrets.
   */
  readonly protect: boolean;
}

/** Every key and certificate that exists before the cluster. Private keys are secrets of the state. */
export class Pki extends pulumi.ComponentResource {
  /** The files that nodes read, by key in the node store. The etcd CA's private key is not among them. */
  readonly objects: Readonly<Record<string, pulumi.Output<string>>>;
  readonly kubernetesCaPem: pulumi.Output<string>;
  /** Client certificate of a cluster administrator. */
  readonly admin: LeafCertificate;
  readonly serviceAccountPublicKeyPem: pulumi.Output<string>;
  /** RFC 3339, by certificate. */
  readonly expiries: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: PkiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm:index:Pki", name, {}, opts);
    const parent = { parent: this };
    // Not false, which would remove the protection that the owner of this component has set.
    const kept = { parent: this, protect: args.protect || undefined };
    const authority = (which: string, commonName: string) =>
      new CertificateAuthority(`${name}-${which}-ca`, { commonName }, kept);
    const etcdCa = authority("etcd", `${args.cluster} etcd CA`);
    const kubernetesCa = authority("kubernetes", `${args.cluster} Kubernetes CA`);
    const frontProxyCa = authority("front-proxy", `${args.cluster} front proxy CA`);

    // A connecting member compares the listener's own name. A listener looks for a name whose A records have
    // the peer's address.
    const etcdNames = {
      dnsNames: [`etcd.${args.zone}`, `*.etcd.${args.zone}`, "localhost"],
      ipAddresses: ["127.0.0.1"],
    };
    const etcdLeaf = (
      which: string,
      commonName: string,
      rest: Partial<ConstructorParameters<typeof LeafCertificate>[1]>,
    ) =>
      new LeafCertificate(
        `${name}-etcd-${which}`,
        { authority: etcdCa, commonName, uses: ["client_auth"], ...rest },
        parent,
      );
    const server = etcdLeaf("server", `etcd.${args.zone}`, {
      ...etcdNames,
      uses: ["server_auth", "client_auth"],
    });
    const peer = etcdLeaf("peer", `etcd.${args.zone}`, {
      ...etcdNames,
      uses: ["server_auth", "client_auth"],
    });
    const client = etcdLeaf("client", "etcd-client", {});
    this.admin = new LeafCertificate(
      `${name}-admin`,
      // kubeadm binds this group to cluster-admin, also for controllers' admin.conf. Unlike system:masters,
      // it has its rights through RBAC.
      {
        authority: kubernetesCa,
        commonName: "kubernetes-admin",
        organization: "kubeadm:cluster-admins",
        uses: ["client_auth"],
      },
      parent,
    );

    // RSA, because all consumers of tokens, AWS among them, accept RS256.
    const serviceAccount = new tls.PrivateKey(
      `${name}-service-account`,
      { algorithm: "RSA", rsaBits: 2048 },
      kept,
    );
    // The first has no number: under another name Pulumi would make another key, and no Secret could be read.
    const encryptionKeys = Array.from(
      { length: args.encryptionKey + 1 },
      (_, index) =>
        new random.RandomBytes(
          index === 0 ? `${name}-encryption` : `${name}-encryption-${index + 1}`,
          { length: 32 },
          kept,
        ).base64,
    );

    this.objects = {
      [keys.etcdCa]: etcdCa.certificatePem,
      [keys.etcdServer]: server.bundlePem,
      [keys.etcdPeer]: peer.bundlePem,
      [keys.etcdClient]: client.bundlePem,
      [keys.kubernetesCa]: kubernetesCa.certificatePem,
      [keys.kubernetesCaKey]: kubernetesCa.privateKeyPem,
      [keys.frontProxyCa]: frontProxyCa.certificatePem,
      [keys.frontProxyCaKey]: frontProxyCa.privateKeyPem,
      [keys.serviceAccountKey]: pulumi.secret(serviceAccount.privateKeyPem),
      [keys.serviceAccountPublicKey]: serviceAccount.publicKeyPem,
      [encryptionConfig]: pulumi.secret(
        pulumi.all(encryptionKeys).apply((keys) => encryptionConfiguration(keys, args.encryptionKey)),
      ),
    };
    this.kubernetesCaPem = kubernetesCa.certificatePem;
    this.serviceAccountPublicKeyPem = serviceAccount.publicKeyPem;
    this.expiries = pulumi.all<string>({
      "etcd CA": etcdCa.expiry,
      "Kubernetes CA": kubernetesCa.expiry,
      "front proxy CA": frontProxyCa.expiry,
      "etcd server": server.expiry,
      "etcd peer": peer.expiry,
      "etcd client": client.expiry,
      admin: this.admin.expiry,
    });
    this.registerOutputs({ expiries: this.expiries });
  }
}
