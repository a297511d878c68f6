import { doesNotThrow } from "node:assert/strict";
import { parseSettings } from "../../settings";
import { Mistake, refusesEach, right } from "./refusal";

const pool = (settings: unknown) => ({ workerPools: { workers: settings } });
const labelRemedy =
  "NodeRestriction does not let kubelets set labels below kubernetes.io and k8s.io: use your own prefix, or node.kubernetes.io";
const asText = "write it as text: in quotes, or by pulumi config set --type string";
const long = `${"a".repeat(50)}.example.com/${"b".repeat(21)}`;
const longRemedy = "use 82 characters at most, or set max to min: the autoscaler reads it from a tag";

/** As an error shows it. */
const shown = (text: string) => (text.length > 78 ? `"${text.slice(0, 76)}...` : `"${text}"`);

const mistakes: Mistake[] = [
  [{ workerPools: ["workers"] }, 'workerPools: ["workers"]: use a map from pool name to its settings'],
  [{ workerPools: null }, "workerPools: null: use a map from pool name to its settings; write {} for none"],
  [
    pool(null),
    "workerPools.workers: null: write {} for its defaults, or {min, max, instanceTypes, zones, spotPercent, architecture, diskGib, labels, taints, kubelet}",
  ],
  [pool({ labels: null }), "workerPools.workers.labels: null: use a map of labels; write {} for none"],
  [
    { workerPools: { Workers: {} } },
    'workerPools.Workers: "Workers": name pools with 2 to 20 lower-case letters, digits and dashes, beginning with a letter',
  ],
  [pool({ min: -1 }), "workerPools.workers.min: -1: use a whole number from 0 to 1000"],
  [pool({ min: 3, max: 2 }), "workerPools.workers.max: 2: use 3 (min) or more"],
  [pool({ instanceTypes: [] }), "workerPools.workers.instanceTypes: []: name one type or more"],
  [
    pool({ instanceTypes: "m7i.large" }),
    'workerPools.workers.instanceTypes: "m7i.large": use a list of instance types',
  ],
  [
    pool({ instanceTypes: ["m7i.large", "m7i.large"] }),
    'workerPools.workers.instanceTypes: "m7i.large": name each type once',
  ],
  [pool({ zones: [] }), "workerPools.workers.zones: []: name one zone or more"],
  [pool({ zones: ["a"] }), 'workerPools.workers.zones[0]: "a": use a zone name such as eu-central-1a'],
  [
    pool({ zones: ["eu-central-1a", "eu-central-1a"] }),
    'workerPools.workers.zones: "eu-central-1a": name each zone once',
  ],
  [pool({ spotPercent: 101 }), "workerPools.workers.spotPercent: 101: use a percentage from 0 to 100"],
  [pool({ diskGib: 19 }), "workerPools.workers.diskGib: 19: use whole GiB from 20 to 16384"],
  [pool({ labels: { "-a": "b" } }), 'workerPools.workers.labels.-a: "-a": use a label key'],
  ...["example..com/tier", "a.-b/x", "a-.b/x", `${"a".repeat(254)}/x`, "/x", "a/", "a/b/c"].map(
    (label): Mistake => [
      pool({ labels: { [label]: "b" } }),
      `workerPools.workers.labels.${label}: ${shown(label)}: use a label key`,
    ],
  ),
  [
    pool({ labels: { a: "b c" } }),
    'workerPools.workers.labels.a: "b c": use a label value: at most 63 letters, digits, - _ .',
  ],
  [pool({ labels: { a: true } }), `workerPools.workers.labels.a: true: ${asText}`],
  [
    pool({ taints: [{ key: "a", value: 1, effect: "NoSchedule" }] }),
    `workerPools.workers.taints[0].value: 1: ${asText}`,
  ],
  [
    pool({ labels: { "node.kubernetes.io/pool": "a" } }),
    `workerPools.workers.labels.node.kubernetes.io/pool: "a": remove it: the cluster sets this label to the pool's name`,
  ],
  [pool({ max: 3, labels: { [long]: "a" } }), `workerPools.workers.labels: ${shown(long)}: ${longRemedy}`],
  [
    pool({ max: 3, taints: [{ key: long, effect: "NoSchedule" }] }),
    `workerPools.workers.taints[0].key: ${shown(long)}: ${longRemedy}`,
  ],
  [
    pool({ max: 3, taints: ["NoSchedule", "NoExecute"].map((effect) => ({ key: "a", effect })) }),
    'workerPools.workers.taints: "a": name each key with one effect, or set max to min: the autoscaler needs a tag for each key',
  ],
  [
    pool({ labels: { "kubernetes.io/role": "x" } }),
    `workerPools.workers.labels.kubernetes.io/role: "x": ${labelRemedy}`,
  ],
  [
    pool({ labels: { "example.k8s.io/role": "x" } }),
    `workerPools.workers.labels.example.k8s.io/role: "x": ${labelRemedy}`,
  ],
  [
    pool({ taints: [{ key: "a", effect: "Never" }] }),
    'workerPools.workers.taints[0].effect: "Never": use NoSchedule, PreferNoSchedule or NoExecute',
  ],
  [
    pool({ taints: ["a", "b"].map((value) => ({ key: "dedicated", value, effect: "NoSchedule" })) }),
    'workerPools.workers.taints: "dedicated:NoSchedule": name each pair of key and effect once, as the apiserver demands',
  ],
  [
    pool({ taints: [{ effect: "NoSchedule" }] }),
    "workerPools.workers.taints[0].key: missing: use a taint key such as dedicated",
  ],
  [
    pool({ kubelet: { featureGates: { NodeSwap: "true" } } }),
    'workerPools.workers.kubelet.featureGates.NodeSwap: "true": use true or false; write it without quotes',
  ],
  [
    pool({ kubelet: { cpuManagerPolicy: "dynamic" } }),
    'workerPools.workers.kubelet.cpuManagerPolicy: "dynamic": use none or static',
  ],
  [
    pool({ kubelet: { cpuManagerPolicy: "static", systemReserved: { memory: "1Gi" }, kubeReserved: {} } }),
    'workerPools.workers.kubelet.cpuManagerPolicy: "static": reserve some cpu in systemReserved or kubeReserved, as the kubelet demands',
  ],
  [
    pool({ kubelet: { systemReserved: { gpu: "1" } } }),
    'workerPools.workers.kubelet.systemReserved.gpu: "1": no such setting; use a map such as {cpu: 100m, memory: 256Mi}, with ephemeral-storage if need be',
  ],
  [
    pool({ kubelet: { kubeReserved: { cpu: "lots" } } }),
    'workerPools.workers.kubelet.kubeReserved.cpu: "lots": use a quantity such as 100m or 0.5',
  ],
  [
    pool({ kubelet: { kubeReserved: { cpu: "256Mi" } } }),
    'workerPools.workers.kubelet.kubeReserved.cpu: "256Mi": use a quantity such as 100m or 0.5',
  ],
  [
    pool({ kubelet: { systemReserved: { memory: "100m" } } }),
    'workerPools.workers.kubelet.systemReserved.memory: "100m": use a quantity such as 256Mi or 1Gi',
  ],
  [
    pool({ diskGib: 20, kubelet: { systemReserved: { "ephemeral-storage": "10Gi" } } }),
    "workerPools.workers.diskGib: 20: use more: systemReserved and kubeReserved reserve 10 GiB of it, and at most half can be reserved",
  ],
  [
    pool({ size: 3 }),
    "workerPools.workers.size: 3: no such setting; use {min, max, instanceTypes, zones, spotPercent, architecture, diskGib, labels, taints, kubelet}",
  ],
];

describe("A wrong setting of a pool is refused with its key, its value and what to write instead", () => {
  refusesEach(mistakes);
});

describe("A pool may have", () => {
  const rights: [title: string, settings: Record<string, unknown>][] = [
    [
      "labels that kubelets may set",
      { labels: { "node.kubernetes.io/exclude-from-external-load-balancers": "" } },
    ],
    ["a long label while its size is its own", { labels: { [long]: "a" } }],
    [
      "two effects of one taint while its size is its own",
      { taints: ["NoSchedule", "NoExecute"].map((effect) => ({ key: "a", effect })) },
    ],
    [
      "reservations in any unit, as numbers too",
      { kubelet: { systemReserved: { cpu: 1, memory: "500M" }, kubeReserved: { cpu: 0.5, memory: "1Ti" } } },
    ],
  ];
  for (const [title, settings] of rights) {
    it(title, () => doesNotThrow(() => parseSettings({ ...right, ...pool(settings) })));
  }
});
