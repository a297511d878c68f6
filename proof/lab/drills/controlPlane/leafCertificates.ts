import { lastLines } from "../../execute";
import type { Machine } from "../../node/machine";

/** One of a controller's certificates that kubeadm has made. */
export interface LeafCertificate {
  /**
   * Name in `kubeadm certs check-expiration`: `apiserver`, or `scheduler.conf` for the one in that
   * kubeconfig.
   */
  readonly name: string;
  /** Hexadecimal. */
  readonly serial: string;
  /** SHA-256 of the certificate, hexadecimal in lower case. */
  readonly fingerprint: string;
  readonly notAfter: Date;
}

/** The certificates on a controller, and those at its ports. */
export interface Shown {
  readonly machine: Machine;
  readonly leaves: readonly LeafCertificate[];
  /** Serial numbers: of the apiserver, the controller-manager and the scheduler. */
  readonly served: readonly string[];
}

/** The certificates that kubeadm makes for a controller whose etcd is not kubeadm's. */
export const leafNames = [
  ...["admin.conf", "apiserver", "apiserver-kubelet-client", "controller-manager.conf"],
  ...["front-proxy-client", "scheduler.conf"],
];

/**
 * The certificates in `kubeadm certs check-expiration`, with openssl's reading of their files. @throws Error
 * if the two differ
 */
export async function leafCertificates(machine: Machine): Promise<LeafCertificate[]> {
  const lines = (await bash(machine, readLeaves)).trim().split("\n");
  const leaves = lines.map((line): LeafCertificate => {
    const [name = "", expirationDate = "", serial = "", fingerprint = "", ...end] = line.split(" ");
    const notAfter = new Date(end.join(" "));
    if (Date.parse(expirationDate) !== notAfter.getTime())
      throw new Error(`${name} on ${machine.id}: kubeadm says ${expirationDate}, openssl ${end.join(" ")}`);
    return {
      ...{ name, serial },
      fingerprint: fingerprint.replaceAll(":", "").toLowerCase(),
      notAfter,
    };
  });
  const names = leaves.map(({ name }) => name).sort();
  if (names.join() !== leafNames.join())
    throw new Error(`kubeadm on ${machine.id} knows ${names.join(", ")}, and not ${leafNames.join(", ")}`);
  return leaves;
}

/** Lets kubeadm renew all of them for one day, so that they are near their end. */
export async function makeShortLived(machine: Machine): Promise<void> {
  await bash(machine, renewForADay);
}

/** Serial number of the certificate at a port of the machine, asked by the machine itself. */
export async function servedSerial(machine: Machine, port: number): Promise<string> {
  const script = `openssl s_client -connect 127.0.0.1:${port} </dev/null 2>/dev/null | openssl x509 -noout -serial`;
  return (await bash(machine, script)).trim().replace("serial=", "");
}

/** Runs a script on a machine. @throws Error with its output */
export async function bash(machine: Machine, script: string): Promise<string> {
  const { status, stdout, stderr } = await machine.run(["bash", "-euo", "pipefail", "-c", script]);
  if (status !== 0) throw new Error(`on ${machine.id}: ${lastLines(stderr || stdout)}`);
  return stdout;
}

const readLeaves = `
  listed=$(kubeadm certs check-expiration --config /run/cluster/kubeadm.yaml -o json 2>/dev/null |
    jq -r '.certificates[] | select(.missing | not) | "\\(.name) \\(.expirationDate)"')
  while read -r name expiration; do
    if [[ $name == *.conf ]]; then
      pem=$(sed -n 's/^ *client-certificate-data: //p' "/etc/kubernetes/$name" | base64 -d)
    else
      pem=$(<"/etc/kubernetes/pki/$name.crt")
    fi
    told=$(openssl x509 -noout -serial -fingerprint -sha256 -enddate <<<"$pem" | sed 's/^[^=]*=//' | paste -sd ' ')
    echo "$name $expiration $told"
  done <<<"$listed"`;

const renewForADay = `
  short=/run/cluster/kubeadm-short.yaml
  sed 's/^certificateValidityPeriod:.*/certificateValidityPeriod: 24h/' /run/cluster/kubeadm.yaml >"$short"
  kubeadm certs renew all --config "$short"
  rm "$short"`;
