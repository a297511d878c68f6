import { stringify } from "yaml";

export interface KubeconfigArgs {
  readonly cluster: string;
  /** URL of the API. */
  readonly server: string;
  readonly caPem: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** A kubeconfig of one cluster and one user. Holds the user's private key. */
export function kubeconfig({
  cluster,
  server,
  caPem,
  certificatePem,
  privateKeyPem,
}: KubeconfigArgs): string {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const user = `${cluster}-admin`;
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: cluster, cluster: { server, "certificate-authority-data": base64(caPem) } }],
    users: [
      {
        name: user,
        user: { "client-certificate-data": base64(certificatePem), "client-key-data": base64(privateKeyPem) },
      },
    ],
    contexts: [{ name: cluster, context: { cluster, user } }],
    "current-context": cluster,
  };
  // kubectl's format, in which a cluster named `no` needs quotes.
  return stringify(config, { version: "1.1" });
}
