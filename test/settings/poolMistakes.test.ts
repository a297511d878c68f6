import { Mistake, refusesEach } from "./refusal";

const pool = (settings: unknown) => ({ workerPools: { workers: settings } });
const labelRemedy =
  "labels below kubernetes.io and k8s.io are refused to kubelets by NodeRestriction: use a prefix of your own";

const mistakes: Mistake[] = [
  [{ workerPools: ["workers"] }, 'workerPools: ["workers"]: use a map from pool name to its settings'],
  [
    { workerPools: { Workers: {} } },
    'workerPools.Workers: "Workers": name pools with 2 to 20 lower-case letters, digits and dashes',
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
  [
    pool({ instanceTypes: ["m7i.large", "m7g.large"] }),
    'workerPools.workers.instanceTypes[1]: "m7g.large": this is an arm64 type; choose an amd64 one or set architecture: arm64',
  ],
  [pool({ spotPercent: 101 }), "workerPools.workers.spotPercent: 101: use a percentage from 0 to 100"],
  [pool({ diskGib: 19 }), "workerPools.workers.diskGib: 19: use whole GiB from 20 to 16384"],
  [pool({ labels: { "-a": "b" } }), 'workerPools.workers.labels.-a: "-a": use a label key'],
  [
    pool({ labels: { a: true } }),
    "workerPools.workers.labels.a: true: use a label value: at most 63 letters, digits, - _ .",
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
    'workerPools.workers.taints: "dedicated:NoSchedule": name each key with one value for an effect, as the apiserver demands',
  ],
  [
    pool({ taints: [{ effect: "NoSchedule" }] }),
    "workerPools.workers.taints[0].key: missing: use a taint key such as dedicated",
  ],
  [
    pool({ kubelet: { featureGates: { NodeSwap: "true" } } }),
    'workerPools.workers.kubelet.featureGates.NodeSwap: "true": use true or false',
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
    'workerPools.workers.kubelet.systemReserved.gpu: "1": no such setting; use a map such as {cpu: 100m, memory: 256Mi}',
  ],
  [
    pool({ kubelet: { kubeReserved: { cpu: "lots" } } }),
    'workerPools.workers.kubelet.kubeReserved.cpu: "lots": use a Kubernetes quantity such as 100m or 256Mi',
  ],
  [
    pool({ size: 3 }),
    "workerPools.workers.size: 3: no such setting; use {min, max, instanceTypes, spotPercent, architecture, diskGib, labels, taints, kubelet}",
  ],
];

describe("A wrong setting of a pool is refused with its key, its value and what to write instead", () => {
  refusesEach(mistakes);
});
