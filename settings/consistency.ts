import { overlap, parseCidr } from "../plan/cidr";
import { mostNodes } from "../plan/rollout";
import { isStartupTaint } from "../plan/startupTaints";
import { controllerReleases, knownVersions, nodeReleases, unknownReleases } from "../ignition/downloads";
import { poolLabel } from "../plan/names";
import type { Settings } from ".";
import { clusterOrPoolName, defaultNetwork } from "./fields";
import { limitRules } from "./limitRules";
import type { Mistake } from "./errors";
import { bytesOf } from "./quantities";
import { mistakeIf, poolRule, rule, Rule } from "./rule";

function repeated(key: string, values: readonly string[], remedy: string): Mistake[] {
  const again = values.filter((value, i) => values.indexOf(value) !== i);
  return again.map((value) => ({ key, value, remedy }));
}

const overlapping = (key: string, value: string, otherKey: string, other: string): Mistake[] =>
  mistakeIf(
    overlap(parseCidr(value), parseCidr(other)),
    key,
    value,
    `overlaps ${otherKey} ${other}: use another range`,
  );

/** Range of the VPC; of an existing one it is known only once it was looked up. */
const vpcRange = ({ network, existingVpc }: Pick<Settings, "network" | "existingVpc">) =>
  existingVpc ? undefined : (network ?? defaultNetwork).cidr;

const outsideVpc = (key: "podCidr" | "serviceCidr") =>
  rule(["network", "existingVpc", key], (settings) => {
    const range = vpcRange(settings);
    return range === undefined ? [] : overlapping(key, settings[key], "network.cidr", range);
  });

/**
 * Load balancers may not begin with internal-, security groups with sg-, buckets with these and others
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html); the autoscaler takes every group in the
 * account with the tag k8s.io/cluster-autoscaler/enabled for one to choose from.
 */
const reservedName = /^((internal|sg|xn-|sthree|amzn-s3-demo)(-|$)|enabled$)/;

/** Label prefixes below kubernetes.io that a kubelet may set: https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction */
const ofKubelets = /^(kubelet|node)\.kubernetes\.io\//;

const rules: Rule[] = [
  rule(["name"], ({ name }) =>
    mistakeIf(
      /-pool(-|$)/.test(name),
      "name",
      name,
      "leave out -pool: groups named <cluster>-pool-… are the worker pools of <cluster>",
    ),
  ),
  rule(["name"], ({ name }) =>
    mistakeIf(
      reservedName.test(name),
      "name",
      name,
      "use another: what is named after it would begin as only AWS's own may, or bear the autoscaler's own tag",
    ),
  ),
  rule(["network", "existingVpc"], ({ network, existingVpc }) =>
    mistakeIf(
      network !== undefined && existingVpc !== undefined,
      "existingVpc",
      existingVpc?.vpcId,
      "remove it, or remove network: the VPC is either new or existing",
    ),
  ),
  outsideVpc("podCidr"),
  outsideVpc("serviceCidr"),
  rule(["podCidr", "serviceCidr"], ({ podCidr, serviceCidr }) =>
    overlapping("serviceCidr", serviceCidr, "podCidr", podCidr),
  ),
  rule(["podCidr", "workerPools", "controlPlane"], ({ podCidr, workerPools, controlPlane }) => {
    const nodes = mostNodes({ workerPools, controlPlane });
    const room = 2 ** (24 - parseCidr(podCidr).prefix);
    const remedy = `has room for ${room} nodes of a /24 each, and while nodes are replaced there are up to ${nodes}: use a larger range, which a cluster has from its beginning, or smaller pools`;
    return mistakeIf(room < nodes, "podCidr", podCidr, remedy);
  }),
  rule(["zones"], ({ zones }) => {
    if (typeof zones === "number") return [];
    const regions = new Set(zones.map((zone) => zone.slice(0, -1)));
    return [
      ...repeated("zones", zones, "name each zone once"),
      ...mistakeIf(regions.size > 1, "zones", zones, "name zones of one region"),
    ];
  }),
  rule(["existingVpc"], ({ existingVpc }) =>
    repeated(
      "existingVpc",
      [...(existingVpc?.privateSubnetIds ?? []), ...(existingVpc?.publicSubnetIds ?? [])],
      "name each subnet once",
    ),
  ),
  rule(["api"], ({ api }) => [
    ...repeated("api.allowedCidrs", api.allowedCidrs, "name each range once"),
    ...mistakeIf(
      api.access === "public" && api.allowedCidrs.length === 0,
      "api.allowedCidrs",
      [],
      "a public API needs the ranges that may connect; 0.0.0.0/0 says everybody",
    ),
  ]),
  rule(["api", "existingVpc"], ({ api, existingVpc }) =>
    mistakeIf(
      api.access === "public" && existingVpc?.publicSubnetIds.length === 0,
      "existingVpc.publicSubnetIds",
      [],
      "a public API needs public subnets",
    ),
  ),
  rule(["access"], ({ access: { kind, allowedCidrs, sshAuthorizedKeys } }) => [
    ...repeated("access.allowedCidrs", allowedCidrs, "name each range once"),
    ...mistakeIf(
      kind === "bastion" && allowedCidrs.length === 0,
      "access.allowedCidrs",
      [],
      "a bastion needs the ranges that may connect to its port 22",
    ),
    ...mistakeIf(
      kind !== "bastion" && allowedCidrs.length > 0,
      "access.allowedCidrs",
      allowedCidrs,
      "only a bastion has them: set kind: bastion or remove them",
    ),
    ...repeated("access.sshAuthorizedKeys", sshAuthorizedKeys, "name each key once"),
    ...mistakeIf(
      kind !== "none" && sshAuthorizedKeys.length === 0,
      "access.sshAuthorizedKeys",
      [],
      "name one OpenSSH public key or more: without, nobody can log in",
    ),
  ]),
  rule(["access", "existingVpc"], ({ access, existingVpc }) =>
    mistakeIf(
      access.kind === "bastion" && existingVpc?.publicSubnetIds.length === 0,
      "existingVpc.publicSubnetIds",
      [],
      "a bastion needs a public subnet",
    ),
  ),
  rule(["addons"], ({ addons }) => [
    ...repeated("addons.manifests", addons.manifests, "name each file or folder once"),
    ...repeated("addons.leaveOut", addons.leaveOut, "name each add-on once"),
  ]),
  poolRule((pool, key) => [
    ...repeated(`${key}.instanceTypes`, pool.instanceTypes, "name each type once"),
    ...repeated(`${key}.zones`, pool.zones ?? [], "name each zone once"),
  ]),
  poolRule((pool, key) =>
    repeated(
      `${key}.taints`,
      pool.taints.map((taint) => `${taint.key}:${taint.effect}`),
      "name each key with one value for an effect, as the apiserver demands",
    ),
  ),
  rule(["workerPools"], ({ workerPools }) =>
    Object.keys(workerPools).flatMap((name) =>
      mistakeIf(
        !clusterOrPoolName.test(name),
        `workerPools.${name}`,
        name,
        "name pools with 2 to 20 lower-case letters, digits and dashes, beginning with a letter",
      ),
    ),
  ),
  poolRule(({ min, max, taints }, key) =>
    min === max
      ? []
      : repeated(
          `${key}.taints`,
          taints.map((taint) => taint.key).filter((taint) => !isStartupTaint(taint)),
          "name each key with one effect, or min as max: the autoscaler is told by a tag for each key",
        ),
  ),
  poolRule((pool, key) =>
    mistakeIf(pool.max < pool.min, `${key}.max`, pool.max, `use ${pool.min} (min) or more`),
  ),
  poolRule((pool, key) =>
    Object.entries(pool.labels)
      .filter(([label]) => /(^|\.)(kubernetes|k8s)\.io\//.test(label.replace(/[^/]*$/, "")))
      .filter(([label]) => !ofKubelets.test(label))
      .map(([label, value]) => ({
        key: `${key}.labels.${label}`,
        value,
        remedy:
          "NodeRestriction refuses it to kubelets, as what is below kubernetes.io and k8s.io: use a prefix of your own, or node.kubernetes.io",
      })),
  ),
  poolRule(({ labels }, key) =>
    mistakeIf(
      poolLabel in labels,
      `${key}.labels.${poolLabel}`,
      labels[poolLabel],
      "remove it: it is the pool's name already",
    ),
  ),
  poolRule(({ kubelet }, key) => {
    const reserved = [kubelet.systemReserved.cpu, kubelet.kubeReserved.cpu];
    return mistakeIf(
      kubelet.cpuManagerPolicy === "static" && !reserved.some((cpu) => parseFloat(cpu ?? "0") > 0),
      `${key}.kubelet.cpuManagerPolicy`,
      "static",
      "reserve some cpu in systemReserved or kubeReserved, as the kubelet demands",
    );
  }),
  poolRule(({ kubelet: { systemReserved, kubeReserved }, diskGib }, key) => {
    const reserved = [systemReserved, kubeReserved].map((each) => each["ephemeral-storage"]);
    const gib = reserved.reduce((sum, each) => sum + bytesOf(each), 0) / 2 ** 30;
    return mistakeIf(
      gib >= diskGib / 2,
      `${key}.diskGib`,
      diskGib,
      `use more: systemReserved and kubeReserved keep ${gib} GiB of it from pods, and at most half of it can be`,
    );
  }),
  rule(["versions"], ({ versions }) => wrongVersions(versions)),
  rule(["versions", "downloads", "controlPlane", "workerPools"], (settings) =>
    wrongVersions(settings.versions).length > 0 ? [] : unknownDownloads(settings),
  ),
];

function wrongVersions({ kubernetes, etcd }: Settings["versions"]): Mistake[] {
  return [
    ...mistakeIf(
      // kubeadm of 1.36.0 reaches for the balancer before a controller can be behind it.
      !/^1\.(36\.[1-9]\d*|37\.\d+)$/.test(kubernetes),
      "versions.kubernetes",
      kubernetes,
      "use 1.36.1 or newer, or 1.37: the node files are written for these",
    ),
    ...mistakeIf(
      !/^3\.[67]\./.test(etcd),
      "versions.etcd",
      etcd,
      "use 3.6 or 3.7: the node files are written for these",
    ),
  ];
}

function unknownDownloads({
  versions,
  downloads,
  controlPlane,
  workerPools,
}: Pick<Settings, "versions" | "downloads" | "controlPlane" | "workerPools">): Mistake[] {
  const ofPools = Object.values(workerPools).map((pool) => pool.architecture);
  const releases = [
    ...controllerReleases(versions.kubernetes, versions.etcd, controlPlane.architecture),
    ...ofPools.flatMap((architecture) => nodeReleases(versions.kubernetes, architecture)),
  ];
  const unknown = [...new Set(unknownReleases(releases, downloads))];
  return (["kubernetes", "etcd"] as const).flatMap((which) => {
    const files = unknown.filter((file) => file.startsWith("etcd-") === (which === "etcd"));
    const known = knownVersions(which === "etcd" ? "etcd" : "kubelet").join(", ");
    const remedy = `no checksum is known for ${files.join(", ")}: use ${known}, or give the publisher's SHA-256 of each in downloads.sha256`;
    return mistakeIf(files.length > 0, `versions.${which}`, versions[which], remedy);
  });
}

/** What is wrong between settings that are right one by one; rules that read a key in `skip` are left out. */
export function contradictions(settings: Partial<Settings>, skip: ReadonlySet<string>): Mistake[] {
  return [...rules, ...limitRules]
    .filter(({ reads }) => !reads.some((key) => skip.has(key)))
    .flatMap(({ find }) => find(settings));
}
