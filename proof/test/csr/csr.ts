import { execFileSync } from "node:child_process";

const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null"];
/** Makes openssl write the same string types as Go. */
const config = "[req]\nstring_mask = default\ndistinguished_name = dn\n[dn]\n";

/**
 * The content of a CSR object in base64: a request for a subject and alternative names. A kubelet's subject
 * and names are written as a kubelet writes them. The names may also be `DER:` and their bytes in hex.
 */
export function requestFor(subject: string, sans: string): string {
  const extension = sans
    ? ["-addext", `${sans.startsWith("DER:") ? "2.5.29.17" : "subjectAltName"}=${sans}`]
    : [];
  const openssl = 'openssl req -config <(echo "$0") "$@"';
  return execFileSync("bash", ["-c", openssl, config, ...key, "-subj", subject, ...extension], {
    stdio: "pipe",
  }).toString("base64");
}

/** A CSR object's time, that many seconds ago. */
export const secondsAgo = (seconds: number) =>
  `${new Date(Date.now() - seconds * 1000).toISOString().slice(0, 19)}Z`;

/** The script's question to EC2 for the running instances of this cluster. */
export const running =
  "ec2 Action=DescribeInstances MaxResults=1000 Filter.1.Name=tag:kubernetes.io/cluster/demo Filter.1.Value.1=owned Filter.2.Name=instance-state-name Filter.2.Value.1=running";

/** One of them in EC2's answer, whose elements have no fixed order. */
export const instance = (id: string, name: string, address: string, group = "demo-pool-workers") => {
  const names = `<privateDnsName>${name}</privateDnsName><privateIpAddress>${address}</privateIpAddress>`;
  const tags = Object.entries({ Name: group, "aws:autoscaling:groupName": group })
    .map(([key, value]) => `<item><key>${key}</key><value>${value}</value></item>`)
    .join("");
  return `<item><instancesSet><item><networkInterfaceSet><item>${names}</item></networkInterfaceSet>
    <tagSet>${tags}</tagSet><instanceId>${id}</instanceId>${names}</item></instancesSet></item>`;
};

/** The cluster's answer about its Nodes: by name, with their content. */
export const nodeList = (nodes: Readonly<Record<string, string>>) =>
  JSON.stringify({
    items: Object.entries(nodes).map(([name, providerID]) => ({ metadata: { name }, spec: { providerID } })),
  });
