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
} from "./fields";

/** What a stack may say of one worker pool. */
export const workerPool = group(
  {
    /** Fewest instances. @default 2 */
    min: whole(0, 1000, "use a whole number from 0 to 1000").default(2),
    /** Most instances; more than `min` hands the size to the cluster autoscaler. @default `min` */
    max: whole(0, 1000, "use a whole number from `min` to 1000").optional(),
    /** Instance types, the preferred first; Auto Scaling takes what is to be had. @default ["m7i.large"] */
    instanceTypes: list(instanceType, "use a list of instance types")
      .min(1, { error: "name one type or more" })
      .default(["m7i.large"]),
    /** Names of zones of the cluster, for volumes that are in one: the autoscaler wants a pool for each zone of such pods. @default all */
    zones: list(zoneName, "use a list of zone names such as eu-central-1a")
      .min(1, { error: "name one zone or more" })
      .optional(),
    /** Share of spot instances, percent. @default 0 */
    spotPercent: whole(0, 100, "use a percentage from 0 to 100").default(0),
    /** CPU architecture of all the pool's types. @default amd64 */
    architecture: architecture.default("amd64"),
    /** Root volume, GiB. @default 50 */
    diskGib: disk.default(50),
    /** Node labels, set by the kubelet itself: below `kubernetes.io` and `k8s.io` only with the prefixes `node.kubernetes.io` and `kubelet.kubernetes.io`. @default none */
    labels: map(text(labelKey, "use a label key"), labelValue("label"), "use a map of labels").default({}),
    /** Taints set at registration. A key that ends in `not-ready` or `uninitialized`, as `node.cilium.io/agent-not-ready`, or begins with `startup-taint.cluster-autoscaler.kubernetes.io/`, is one that somebody takes away once the node is ready. @default none */
    taints: list(
      group(
        {
          key: text(labelKey, "use a taint key such as dedicated"),
          value: labelValue("taint").default(""),
          effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"], {
            error: "use NoSchedule, PreferNoSchedule or NoExecute",
          }),
        },
        "use {key, value, effect}",
      ),
      "use a list of {key, value, effect}",
    ).default([]),
    /** What differs from the cluster's KubeletConfiguration on this pool's nodes. */
    kubelet: group(
      {
        /** Feature gates by name. @default none */
        featureGates: map(
          text(/^[A-Z][A-Za-z0-9]+$/, "use a feature gate's name such as MemoryQoS"),
          yesOrNo("use true or false"),
          "use a map of feature gates",
        ).default({}),
        /** `static` gives guaranteed pods with whole CPUs cores of their own. @default none */
        cpuManagerPolicy: z.enum(["none", "static"], { error: "use none or static" }).default("none"),
        /** Kept from pods for the operating system, Kubernetes quantities. @default 100m CPU, 256Mi memory */
        systemReserved: reservation({ cpu: "100m", memory: "256Mi" }),
        /** Kept from pods for kubelet and containerd, Kubernetes quantities. @default 100m CPU, 256Mi memory */
        kubeReserved: reservation({ cpu: "100m", memory: "256Mi" }),
      },
      "use {featureGates, cpuManagerPolicy, systemReserved, kubeReserved}",
    ).prefault({}),
  },
  "use {min, max, instanceTypes, zones, spotPercent, architecture, diskGib, labels, taints, kubelet}",
).transform((pool) => ({ ...pool, max: pool.max ?? pool.min }));
