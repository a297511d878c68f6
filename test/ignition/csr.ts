import { execFileSync } from "node:child_process";

const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null"];

/** What a CSR object holds: a request for a subject and alternative names, or `DER:` and their bytes in hex; base64. */
export function requestFor(subject: string, sans: string): string {
  const extension = sans
    ? ["-addext", `${sans.startsWith("DER:") ? "2.5.29.17" : "subjectAltName"}=${sans}`]
    : [];
  return execFileSync("openssl", ["req", ...key, "-subj", subject, ...extension], {
    stdio: "pipe",
  }).toString("base64");
}

/** Of a CSR object: the time that many seconds ago. */
export const secondsAgo = (seconds: number) =>
  `${new Date(Date.now() - seconds * 1000).toISOString().slice(0, 19)}Z`;

/** How the script asks EC2 for running instances of this cluster. */
export const running =
  "Filter.1.Name=tag:kubernetes.io/cluster/demo Filter.1.Value.1=owned Filter.2.Name=instance-state-name Filter.2.Value.1=running";
