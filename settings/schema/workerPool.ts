import { z } from "zod";
import {
  architecture,
  disk,
  group,
  instanceType,
  labelKey,
  labelValue,
  list,
  map,
  reservation,
  text,
  whole,
  yesOrNo,
  zoneName,
} from "../fields";
import { setting } from "./about";

const taint = group({
  key: text(labelKey, "use a taint key such as dedicated", "dedicated"),
  value: labelValue("taint").default(""),
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"], {
    error: "use NoSchedule, PreferNoSchedule or NoExecute",
  }),
});

const kubelet = group({
  featureGates: setting(
    map(
      text(/^[A-Z][A-Za-z0-9]+$/, "use a feature gate's name such as MemoryQoS"),
      yesOrNo("use true or false"),
      "use a map of feature gates",
    ).default({}),
    { description: "Feature gates by name.", change: "rolls the pool" },
  ),
  cpuManagerPolicy: setting(z.enum(["none", "static"], { error: "use none or static" }).default("none"), {
    description: "`static` gives guaranteed pods with whole CPUs cores of their own.",
    change: "rolls the pool",
  }),
  systemReserved: setting(reservation({ cpu: "100m", memory: "256Mi" }), {
    description: "Kept from pods for the operating system.",
    unit: "Kubernetes quantities",
    change: "rolls the pool",
  }),
  kubeReserved: setting(reservation({ cpu: "100m", memory: "256Mi" }), {
    description: "Kept from pods for kubelet and containerd.",
    unit: "Kubernetes quantities",
    change: "rolls the pool",
  }),
})
  .meta({ description: "What differs from the cluster's KubeletConfiguration on this pool's nodes." })
  .prefault({});

/** All settings of one worker pool. */
export const workerPool = group({
  min: setting(whole(0, 1000, "use a whole number from 0 to 1000").default(2), {
    description: "Fewest instances.",
    unit: "instances",
    change: "in place",
  }),
  max: setting(whole(0, 1000, "use a whole number from `min` to 1000").optional(), {
    description: "Most instances. If it is greater than `min`, the cluster autoscaler sets the size.",
    unit: "instances",
    absent: "`min`",
    change: "in place",
  }),
  instanceTypes: setting(
    list(instanceType, "use a list of instance types")
      .min(1, { error: "name one type or more" })
      .default(["m7i.large"]),
    {
      description: "Instance types, the preferred one first. Auto Scaling takes what is available.",
      change: { "in place": "the types after the first", "rolls the pool": "the first type" },
    },
  ),
  zones: setting(
    list(zoneName, "use a list of zone names such as eu-central-1a")
      .min(1, { error: "name one zone or more" })
      .optional(),
    {
      description:
        "Names of zones of the cluster. Pods whose volumes are in one zone need a pool for each zone. Otherwise the autoscaler cannot scale up for them.",
      absent: "all zones of the cluster",
      change: "in place",
    },
  ),
  spotPercent: setting(whole(0, 100, "use a percentage from 0 to 100").default(0), {
    description: "Share of spot instances.",
    unit: "percent",
    change: "in place",
  }),
  architecture: setting(architecture.default("amd64"), {
    description: "CPU architecture of all the pool's types.",
    change: "rolls the pool",
  }),
  diskGib: setting(disk.default(50), {
    description: "Size of the root volume.",
    unit: "GiB",
    change: "rolls the pool",
  }),
  labels: setting(
    map(text(labelKey, "use a label key"), labelValue("label"), "use a map of labels").default({}),
    {
      description:
        "Node labels, which the kubelet sets itself. Below `kubernetes.io` and `k8s.io` it may only set those with the prefixes `node.kubernetes.io` and `kubelet.kubernetes.io`.",
      change: "rolls the pool",
    },
  ),
  taints: setting(list(taint, "use a list of {key, value, effect}").default([]), {
    description:
      "Taints that nodes register with. A startup taint is one that something removes once the node is ready. Its key ends in `not-ready` or `uninitialized`, such as `node.cilium.io/agent-not-ready`, or begins with `startup-taint.cluster-autoscaler.kubernetes.io/`.",
    change: "rolls the pool",
  }),
  kubelet,
}).transform((pool) => ({ ...pool, max: pool.max ?? pool.min }));
