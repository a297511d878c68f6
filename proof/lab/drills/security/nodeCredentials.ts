import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { instanceOf } from "../../kubernetes/kubernetes";
import type { Lab } from "../../lab";
import type { Machine } from "../../node/machine";
import { until } from "../../until";
import type { Drill } from "../drill";
import { filesWithCredentials } from "./credentials";

/** Tries every credential of a worker on all fields of Nodes that controllers trust. */
export const nodeCredentials: Drill = {
  name: "node-credentials",
  kubernetes: "real",
  size: 3,
  workers: 2,
  limits: {},
  async run(stage) {
    const { lab } = stage;
    const [{ id = "", group = "" } = {}, { id: otherId = "" } = {}] = await lab.cluster.workers();
    const nodes = await lab.kubernetes.nodesAreReady([id, otherId], 180);
    await lab.kubernetes.rolledOut("daemonset/flannel", "kube-system", 180);
    const worker = lab.machine(id);
    const nameOf = (instance: string) =>
      nodes.find((node) => instanceOf(node) === instance)?.metadata.name ?? "";
    const [controller = ""] = (await lab.cluster.controllers()).map((each) => each.id);
    const targets = {
      "another worker's Node": triesOn(nameOf(otherId), Object.values(fields)),
      "a controller's Node": triesOn(nameOf(controller), Object.values(fields)),
      "its own Node, as a controller or as another in the pod network": triesOn(nameOf(id), [
        fields["control-plane label"],
        fields["MAC in the pod network"],
      ]),
    };
    const credentials = await heldBy(worker, await lab.store.read(`bootstrap/${group}/token`));
    const table = [["credential", ...Object.keys(targets)]];
    const through: string[] = [];
    for (const credential of credentials) {
      const row = [credential.what];
      for (const tries of Object.values(targets)) {
        const answers = await ask(worker, credential, tries);
        answers.forEach((status, index) => {
          if (!["401", "403"].includes(status))
            through.push(
              `${credential.what}: PATCH ${tries[index]?.path} ${tries[index]?.body}: HTTP ${status}`,
            );
        });
        row.push(`${answers.length} tries: ${[...new Set(answers)].sort().join(", ")}`);
      }
      table.push(row);
    }
    const text = table.map((row) => row.join(" | ")).join("\n");
    writeFileSync(join(stage.folder, "node-credentials.txt"), `${text}\n`);
    text.split("\n").forEach((line) => stage.note(line));
    if (through.length > 0) throw new Error(`let through: ${through.join("; ")}`);

    await mayWhatTheyNeed(worker, nameOf(id), credentials);
    await getsNoTokenOfControllers(lab, nameOf(id));
    return {
      what: "each credential on a worker's disk tried against each field of other Nodes",
      seconds: null,
      figures: { credentials: credentials.length, "let through": through.length },
    };
  },
};

/** The fields that controllers, the scheduler and the add-ons use. */
const fields = {
  "control-plane label": { metadata: { labels: { "node-role.kubernetes.io/control-plane": "drill" } } },
  "label of drains": { metadata: { labels: { "pulumi-kubeadm/interrupted-at": "1" } } },
  "no control-plane label": { metadata: { labels: { "node-role.kubernetes.io/control-plane": null } } },
  annotation: { metadata: { annotations: { "flannel.alpha.coreos.com/public-ip": "192.0.2.1" } } },
  "MAC in the pod network": {
    metadata: {
      annotations: { "flannel.alpha.coreos.com/backend-data": '{"VNI":1,"VtepMAC":"02:00:00:00:00:01"}' },
    },
  },
  taints: { spec: { taints: [] } },
  unschedulable: { spec: { unschedulable: true } },
  "provider id": { spec: { providerID: "aws:///eu-west-1a/i-0" } },
  addresses: { status: { addresses: [{ type: "InternalIP", address: "192.0.2.1" }] } },
  conditions: { status: { conditions: [{ type: "Ready", status: "False" }] } },
  capacity: { status: { capacity: { cpu: "64", memory: "1Gi", pods: "110" } } },
};

interface Try {
  readonly path: string;
  readonly body: string;
}

/** By both paths to a Node, as dry runs, which show whether the request is allowed. */
const triesOn = (node: string, changes: readonly object[]): Try[] =>
  changes.flatMap((change) =>
    ["", "/status"].map((part) => ({
      path: `/api/v1/nodes/${node}${part}?dryRun=All`,
      body: JSON.stringify(change),
    })),
  );

interface Credential {
  readonly what: string;
  /** The credential's options for curl. */
  readonly options: readonly string[];
}

/** The credentials on the disk, and those that the instance's role may fetch. */
async function heldBy(worker: Machine, bootstrapToken: string): Promise<Credential[]> {
  const held = new Map<string, Credential>();
  const add = (credential: Credential) => held.set(credential.options.join(" "), credential);
  const bearer = (token: string) => ["-H", `Authorization: Bearer ${token}`];
  for (const { path, text } of await filesWithCredentials(worker)) {
    if (/PRIVATE KEY-----/.test(text) && text.includes("BEGIN CERTIFICATE"))
      add({ what: path, options: ["--cert", path, "--key", path] });
    for (const [token, payload = ""] of text.matchAll(/eyJ[\w-]+\.(eyJ[\w-]+)\.[\w-]+/g)) {
      const { sub = "" } = JSON.parse(Buffer.from(payload, "base64url").toString()) as { sub?: string };
      add({ what: `token of ${sub}`, options: bearer(token) });
    }
  }
  add({ what: "bootstrap token", options: bearer(bootstrapToken.trim()) });
  for (const expected of [/kubelet-client/, /:flannel$/, /:kube-proxy$/])
    if (![...held.values()].some(({ what }) => expected.test(what)))
      throw new Error(`the search found nothing like ${expected}`);
  return [...held.values()];
}

/** The API's HTTP status for each request. */
async function ask(worker: Machine, { options }: Credential, tries: readonly Try[]) {
  // HTTP/1.1, because an apiserver may refuse before it has read the body. With HTTP/2, Debian's curl then
  // sometimes fails.
  const asking = `
    source /etc/cluster/cluster.env
    jq -r '.[] | .path + " " + .body' <<<"$1" | while read -r path body; do
      curl -sS --http1.1 --max-time 10 --cacert /etc/kubernetes/pki/ca.crt -o /dev/null -w '%{http_code}\\n' "\${@:2}" \\
        -X PATCH -H 'Content-Type: application/merge-patch+json' --data "$body" "https://api.$ZONE:6443$path"
    done`;
  const command = [
    "bash",
    "--norc",
    "-euo",
    "pipefail",
    "-c",
    asking,
    "ask",
    JSON.stringify(tries),
    ...options,
  ];
  const { status, stdout, stderr } = await worker.run(command);
  const answers = stdout.trim().split("\n");
  if (status !== 0 || answers.length !== tries.length)
    throw new Error(`${worker.id} cannot ask the API: ${stderr}`);
  return answers;
}

/** The same requests succeed where they are right: the kubelet's for its own Node, and flannel's annotation. */
async function mayWhatTheyNeed(
  worker: Machine,
  node: string,
  credentials: readonly Credential[],
): Promise<void> {
  const wanted: [who: RegExp, change: object, part: string][] = [
    [/kubelet-client/, fields["label of drains"], ""],
    [/kubelet-client/, fields.unschedulable, ""],
    [/kubelet-client/, fields.conditions, "/status"],
    [/:flannel$/, fields.annotation, "/status"],
  ];
  for (const [who, change, part] of wanted) {
    const credential = credentials.find(({ what }) => who.test(what))!;
    const tries = triesOn(node, [change]).filter(({ path }) => path.includes("/status") === (part !== ""));
    const [status] = await ask(worker, credential, tries);
    if (status !== "200")
      throw new Error(`${credential.what}: ${JSON.stringify(change)} of its own Node: HTTP ${status}`);
  }
}

/** A pod that a forged label brought to the worker gets no token there. */
async function getsNoTokenOfControllers({ kubernetes }: Lab, node: string): Promise<void> {
  const pod = "led-astray";
  await kubernetes.apply(`
apiVersion: v1
kind: Pod
metadata: {name: ${pod}, namespace: kube-system}
spec:
  nodeName: ${node}
  serviceAccountName: cloud-controller-manager
  terminationGracePeriodSeconds: 0
  containers: [{name: pause, image: "registry.k8s.io/pause:3.10.2"}]
`);
  await until(`the kubelet of ${node} gets no token of the cloud controller manager`, 60, async () => {
    const ofPod = ["--field-selector", `involvedObject.name=${pod}`, "-o", "jsonpath={.items[*].message}"];
    const said = await kubernetes.kubectl(["get", "events", "-n", "kube-system", ...ofPod]);
    return said.includes("tokens of this account are for controllers alone") || `its events are: ${said}`;
  });
  await kubernetes.kubectl(["delete", "pod", pod, "-n", "kube-system", "--wait=false"]);
}
