import * as fc from "fast-check";

/** One request to change a Node. */
export interface NodeRequest {
  readonly method: string;
  readonly type?: string;
  readonly body: unknown;
}

const keys = fc.oneof(
  fc.constantFrom(
    "node-role.kubernetes.io/control-plane",
    "node-role.kubernetes.io/worker",
    "node-restriction.kubernetes.io/a",
    "a.b.node-restriction.kubernetes.io/c",
    "pulumi-kubeadm/interrupted-at",
    "kubernetes.io/os",
    "kubernetes.io/hostname",
    "topology.kubernetes.io/zone",
    "example.com/of",
    "example.com/tier",
    "flannel.alpha.coreos.com/public-ip",
    "flannel.alpha.coreos.com/public-ip-overwrite",
    "flannel.alpha.coreos.com/backend-data",
    "flannel.alpha.coreos.com.example.com/a",
    "flannel.alpha.coreos.comx/a",
    "a.flannel.alpha.coreos.com/a",
    "csi.volume.kubernetes.io/nodeid",
  ),
  fc.stringMatching(/^[a-z]{1,4}(\.[a-z]{1,4}){0,2}\/[A-Za-z0-9]{1,6}$/),
);
const words = fc.stringMatching(/^[a-z0-9]{0,6}$/);
const addresses = fc.constantFrom("10.0.0.66", "10.0.0.9", "169.254.169.254");
const quantities = fc.constantFrom("0", "64", "4Gi", "110");

/** A path in a Node, with the values that an attacker may put there; null removes it. */
const places: readonly fc.Arbitrary<{ path: readonly string[]; value: unknown }>[] = [
  ...["labels", "annotations"].flatMap((part) => {
    const one = fc.record({
      path: keys.map((key) => ["metadata", part, key]),
      value: fc.option(words),
    });
    const every = at(["metadata", part], fc.dictionary(keys, words, { maxKeys: 3 }));
    return [one, one, every];
  }),
  at(["metadata", "finalizers"], fc.array(keys, { maxLength: 2 })),
  at(
    ["metadata", "ownerReferences"],
    fc.constant([{ apiVersion: "v1", kind: "ConfigMap", name: "a", uid: "b" }]),
  ),
  at(
    ["spec", "taints"],
    fc.array(fc.record({ key: keys, value: words, effect: fc.constantFrom("NoSchedule", "NoExecute") }), {
      maxLength: 2,
    }),
  ),
  at(["spec", "unschedulable"], fc.boolean()),
  at(["spec", "providerID"], words),
  at(["spec", "podCIDR"], fc.constant("10.244.0.0/24")),
  at(["spec", "podCIDRs"], fc.constant(["10.244.0.0/24"])),
  at(
    ["status", "addresses"],
    fc.array(
      fc.record({ type: fc.constantFrom("InternalIP", "ExternalIP", "Hostname"), address: addresses }),
      { maxLength: 2 },
    ),
  ),
  at(
    ["status", "conditions"],
    fc.array(
      fc.record({
        type: fc.constantFrom("Ready", "NetworkUnavailable", "DiskPressure", "own"),
        status: fc.constantFrom("True", "False", "Unknown"),
      }),
      { maxLength: 2 },
    ),
  ),
  ...["capacity", "allocatable"].map((part) =>
    at(
      ["status", part],
      fc.dictionary(fc.constantFrom("cpu", "memory", "pods", "example.com/gpu"), quantities),
    ),
  ),
  at(["status", "images"], fc.constant([{ names: ["a"], sizeBytes: 1 }])),
  at(["status", "volumesAttached"], fc.constant([{ name: "a", devicePath: "b" }])),
  at(["status", "nodeInfo", "kubeletVersion"], words),
  at(["status", "daemonEndpoints"], fc.constant({ kubeletEndpoint: { Port: 22 } })),
  at(["status", "phase"], fc.constantFrom("Pending", "Terminated")),
];

function at(path: readonly string[], value: fc.Arbitrary<unknown>) {
  return fc.record({ path: fc.constant(path), value: fc.option(value, { freq: 4 }) });
}

const changes = fc.array(fc.oneof(...places), { minLength: 1, maxLength: 3 });

const put = (object: any, [key = "", ...rest]: readonly string[], value: unknown): any => ({
  ...object,
  [key]: rest.length === 0 ? value : put(object?.[key], rest, value),
});

/** A random request to change a Node in its current state: a patch of any kind, or a replacement. */
export const nodeChange: fc.Arbitrary<(node: any) => NodeRequest> = fc
  .record({ way: fc.constantFrom("merge", "strategic", "json", "apply", "whole"), changed: changes })
  .map(({ way, changed }) => (node) => {
    const patch = changed.reduce((object, { path, value }) => put(object, path, value), {});
    const whole = changed.reduce((object, { path, value }) => put(object, path, value), node);
    const { name } = node.metadata as { name: string };
    switch (way) {
      case "whole":
        return { method: "PUT", body: whole };
      case "json":
        return {
          method: "PATCH",
          type: "application/json-patch+json",
          body: changed.map(({ path, value }) => ({
            op: value === null ? "remove" : "add",
            path: `/${path.map((key) => key.replaceAll("~", "~0").replaceAll("/", "~1")).join("/")}`,
            value: value ?? undefined,
          })),
        };
      case "apply":
        return {
          method: "PATCH",
          type: "application/apply-patch+yaml",
          body: { apiVersion: "v1", kind: "Node", ...patch, metadata: { ...(patch as any).metadata, name } },
        };
      case "merge":
      case "strategic":
        return {
          method: "PATCH",
          type: `application/${way === "merge" ? "merge" : "strategic-merge"}-patch+json`,
          body: patch,
        };
    }
  });
