import type { Machine } from "../../node/machine";

/** etcdctl with the node's own certificate. */
const script = `
  export ETCDCTL_ENDPOINTS=https://127.0.0.1:2379 ETCDCTL_CACERT=/etc/etcd/pki/ca.crt
  export ETCDCTL_CERT=/etc/etcd/pki/client.pem ETCDCTL_KEY=/etc/etcd/pki/client.pem
  exec /opt/bin/etcdctl "$@"`;

/** Runs etcdctl on a controller; returns its output. */
export async function etcdctl(machine: Machine, ...words: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await machine.run([
    "bash",
    "--norc",
    "-euc",
    script,
    "etcdctl",
    ...words,
  ]);
  if (status !== 0) throw new Error(`${machine.id}: etcdctl ${words.join(" ")}: ${stderr}`);
  return stdout;
}
