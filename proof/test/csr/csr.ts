import { execFileSync } from "node:child_process";

const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null"];
/** Makes openssl write the string types that Go does. */
const config = "[req]\nstring_mask = default\ndistinguished_name = dn\n[dn]\n";

/**
 * What a CSR object holds: a request for a subject and alternative names, or `DER:` and their bytes in hex; base64.
 * Written as kubelets write theirs, if subject and names are.
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

/** Of a CSR object: the time that many seconds ago. */
export const secondsAgo = (seconds: number) =>
  `${new Date(Date.now() - seconds * 1000).toISOString().slice(0, 19)}Z`;

/** How the script asks EC2 for the running instances of this cluster. */
export const running =
  "ec2 Action=DescribeInstances MaxResults=1000 Filter.1.Name=tag:kubernetes.io/cluster/demo Filter.1.Value.1=owned Filter.2.Name=instance-state-name Filter.2.Value.1=running";

/** One of them, in EC2's answer, whose elements come in no promised order. */
export const instance = (id: string, name: string, address: string, group = "demo-pool-workers") => {
  const names = `<privateDnsName>${name}</privateDnsName><privateIpAddress>${address}</privateIpAddress>`;
  const tags = Object.entries({ Name: group, "aws:autoscaling:groupName": group })
    .map(([key, value]) => `<item><key>${key}</key><value>${value}</value></item>`)
    .join("");
  return `<item><instancesSet><item><networkInterfaceSet><item>${names}</item></networkInterfaceSet>
    <tagSet>${tags}</tagSet><instanceId>${id}</instanceId>${names}</item></instancesSet></item>`;
};

/** What the cluster answers for its Nodes, by name, and what each says it is. */
export const nodeList = (nodes: Readonly<Record<string, string>>) =>
  JSON.stringify({
    items: Object.entries(nodes).map(([name, providerID]) => ({ metadata: { name }, spec: { providerID } })),
  });
