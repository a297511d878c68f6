import type { Effect } from "../../../settings/schema/about";
import { region, Region } from "../../../test/engine/region";
import { Config, stackConfig } from "../../../test/engine/stack";
import { config as inExistingVpc, id, inRegion, vpc } from "../../../test/preflight/existingVpc";

/** A change of one setting, and what it does. */
export interface Case {
  readonly key: string;
  readonly effect: Effect;
  readonly from: Config;
  readonly to: Config;
  /** The region of the cluster. */
  readonly where: Region;
  /** What else exists when the setting changes. */
  readonly then?: (there: Region) => Region;
}

type Map = Readonly<Record<string, any>>;

const isMap = (value: unknown): value is Map =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const merged = (old: Map, part: Map): Map => ({
  ...old,
  ...Object.fromEntries(
    Object.entries(part).map(([key, now]) => [
      key,
      isMap(old[key]) && isMap(now) ? merged(old[key], now) : now,
    ]),
  ),
});

const here = region("eu-central-1");
const dev = merged(stackConfig("dev"), {
  workerPools: { batch: { min: 1 } },
  access: { sshAuthorizedKeys: ["ssh-ed25519 AAAA one"] },
});

/** The stack dev with `to`, after it was made with `base`. */
const change = (key: string, effect: Effect, to: Map, base: Map = {}, rest: Partial<Case> = {}): Case => {
  const from = merged(dev, base);
  return { key, effect, from, to: merged(from, to), where: here, ...rest };
};

/** The same for the pool `workers`. */
const pool = (key: string, effect: Effect, to: Map) =>
  change(`workerPools.<pool>.${key}`, effect, { workerPools: { workers: to } });

/** The same for a cluster in an existing VPC. */
const inVpc = (key: string, effect: Effect, to: Map, rest: Map = {}, then?: Case["then"]): Case => {
  const from = merged(inExistingVpc(), { api: { access: "internal", allowedCidrs: [] }, ...rest.from });
  return {
    ...{ key: `existingVpc.${key}`, effect, from, where: inRegion().region, then },
    to: merged(from, { existingVpc: to, ...rest.to }),
  };
};

const publicApi = { api: { access: "public", allowedCidrs: ["203.0.113.0/24"] } };
const bastion = { access: { kind: "bastion", allowedCidrs: ["198.51.100.0/24"] } };
const snapshot = "etcd/snapshots/2026-11-23T10-00-00Z-i-1.db";
const parentZoneId = "Z0123456789ABCDEFGHIJ";
const other = "vpc-0a1b2c3d4e5f67891";

const withSnapshot = (there: Region): Region => ({
  ...there,
  stored: [...(there.stored ?? []), "etcd/formation-1.json", snapshot],
});
const kubelet = (key: string, value: unknown) =>
  pool(`kubelet.${key}`, "rolls the pool", { kubelet: { [key]: value } });
const restore = (key: string, effect: Effect, epoch: number) =>
  change(`restore.${key}`, effect, { restore: { snapshot, epoch } }, {}, { then: withSnapshot });

export const cases: readonly Case[] = [
  change("name", "refused", { name: "other" }),
  change("domain", "refused", { domain: "other.example.com" }),
  change("parentZoneId", "in place", { parentZoneId }, publicApi),
  change("parentZoneId", "refused", { parentZoneId }),
  change("zones", "in place", { zones: 3 }, { zones: 2 }),
  change("zones", "refused", { zones: 2 }, { zones: 3 }),
  change("network.cidr", "refused", { network: { cidr: "10.1.0.0/16" } }),
  change("network.nat", "in place", { network: { nat: "zone" } }, { network: { nat: "single" } }),
  inVpc("vpcId", "refused", { vpcId: other }, {}, (there) => ({ ...there, vpc: { ...vpc, id: other } })),
  inVpc("privateSubnetIds", "in place", { privateSubnetIds: [id(1), id(2), id(3)] }, { to: { zones: 3 } }),
  inVpc("privateSubnetIds", "refused", { privateSubnetIds: [id(1), id(3)] }),
  inVpc("publicSubnetIds", "in place", { publicSubnetIds: [id(11), id(12), id(13)] }),
  inVpc("publicSubnetIds", "refused", { publicSubnetIds: [id(11)] }),
  change("podCidr", "refused", { podCidr: "10.128.0.0/16" }),
  change("serviceCidr", "refused", { serviceCidr: "10.100.0.0/16" }),
  change("api.access", "refused", publicApi),
  change("api.allowedCidrs", "in place", { api: { allowedCidrs: ["203.0.113.0/24"] } }),
  change("access.kind", "in place", { access: { kind: "instance-connect" } }),
  change("access.allowedCidrs", "in place", { access: { allowedCidrs: ["203.0.113.0/24"] } }, bastion),
  change("access.sshAuthorizedKeys", "in place", { access: { sshAuthorizedKeys: ["ssh-rsa AAAA two"] } }),
  change("controlPlane.size", "in place", { controlPlane: { size: 3 } }),
  change("controlPlane.instanceType", "rolls controllers", { controlPlane: { instanceType: "t3.large" } }),
  change("controlPlane.architecture", "rolls controllers", {
    controlPlane: { architecture: "arm64", instanceType: "m7g.large" },
  }),
  change("controlPlane.diskGib", "rolls controllers", { controlPlane: { diskGib: 60 } }),
  change("versions.kubernetes", "all nodes", { versions: { kubernetes: "1.36.3" } }),
  change("versions.etcd", "rolls controllers", { versions: { etcd: "3.6.13" } }),
  change("versions.flatcar", "all nodes", { versions: { flatcar: "4757.2.2" } }),
  change("downloads.mirror", "all nodes", { downloads: { mirror: "https://mirror.example.com" } }),
  change("downloads.sha256", "nothing", {
    downloads: { sha256: { "kubelet-1.36.9-amd64": "0".repeat(64) } },
  }),
  change("workerPools", "in place", { workerPools: { extra: { min: 1 } } }),
  pool("min", "in place", { min: 2 }),
  pool("max", "in place", { max: 4 }),
  pool("instanceTypes", "in place", { instanceTypes: ["t3.large", "m6i.large"] }),
  pool("instanceTypes", "rolls the pool", { instanceTypes: ["m6i.large", "t3.large"] }),
  pool("zones", "in place", { zones: ["eu-central-1a"] }),
  pool("spotPercent", "in place", { spotPercent: 50 }),
  pool("architecture", "rolls the pool", { architecture: "arm64", instanceTypes: ["m7g.large"] }),
  pool("diskGib", "rolls the pool", { diskGib: 60 }),
  pool("labels", "rolls the pool", { labels: { "example.com/tier": "batch" } }),
  pool("taints", "rolls the pool", { taints: [{ key: "example.com/batch", effect: "NoSchedule" }] }),
  kubelet("featureGates", { MemoryQoS: true }),
  kubelet("cpuManagerPolicy", "static"),
  kubelet("systemReserved", { cpu: "200m" }),
  kubelet("kubeReserved", { memory: "512Mi" }),
  change("addons.manifests", "in place", {
    addons: { manifests: ["test/addons/manifests/namespace.yaml"] },
  }),
  change("addons.leaveOut", "in place", { addons: { leaveOut: ["metrics-server"] } }),
  change("addons.leaveOut", "rolls the pool", { addons: { leaveOut: ["aws-cloud-controller-manager"] } }),
  change("addons.leaveOut", "all nodes", { addons: { leaveOut: ["flannel"] } }),
  change("snapshots.intervalMinutes", "in place", { snapshots: { intervalMinutes: 30 } }),
  change("snapshots.retentionDays", "in place", { snapshots: { retentionDays: 8 } }),
  change("encryption.key", "in place", { encryption: { key: 2 } }),
  change("encryption.key", "refused", { encryption: { key: 3 } }),
  restore("snapshot", "in place", 2),
  restore("epoch", "in place", 2),
  restore("epoch", "refused", 3),
  change(
    "alarmTopicArn",
    "in place",
    { alarmTopicArn: "arn:aws:sns:eu-central-1:123456789012:alarms" },
    {},
    { where: { ...here, topics: ["alarms"] } },
  ),
  change("protect", "in place", { protect: true }),
];
