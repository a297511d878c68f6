import { overlap, parseCidr } from "../components/cidr";
import { controllerReleases, findDownloads, nodeReleases } from "../ignition/downloads";
import type { Settings } from "../settings";
import type { Mistake } from "./mistakes";

type Some = Partial<Settings>;

/** A rule over settings that are each well-formed: which top-level keys it reads, and what it finds. */
interface Rule {
  readonly reads: readonly (keyof Settings)[];
  readonly find: (settings: Some) => Mistake[];
}

const rule = <K extends keyof Settings>(
  reads: K[],
  find: (settings: Pick<Settings, K>) => Mistake[],
): Rule => ({
  reads,
  find: (settings) => find(settings as Pick<Settings, K>),
});

/** Graviton families carry a g after their generation: m7g, c6gn, r8gd, but not g5. */
const isArm = (instanceType: string) =>
  /^[a-z][a-z-]*\d+[a-z]*g[a-z]*\./.test(instanceType) || instanceType.startsWith("a1.");

function wrongArchitecture(key: string, instanceType: string, architecture: "amd64" | "arm64"): Mistake[] {
  const actual = isArm(instanceType) ? "arm64" : "amd64";
  if (actual === architecture) return [];
  return [
    {
      key,
      value: instanceType,
      remedy: `this is an ${actual} type; choose an ${architecture} one or set architecture: ${actual}`,
    },
  ];
}

function wrongRange(key: string, value: string, largest: number, smallest: number): Mistake[] {
  try {
    const { prefix } = parseCidr(value);
    if (prefix >= largest && prefix <= smallest) return [];
    return [{ key, value, remedy: `use a range from /${largest} to /${smallest}` }];
  } catch (error) {
    return [{ key, value, remedy: (error as Error).message }];
  }
}

const repeated = (values: readonly string[]) => values.filter((value, i) => values.indexOf(value) !== i);

const repeatedRanges = (key: string, ranges: readonly string[]): Mistake[] =>
  repeated(ranges).map((value) => ({ key, value, remedy: "name each range once" }));

const poolRule = (find: (pool: Settings["workerPools"][string], key: string) => Mistake[]) =>
  rule(["workerPools"], ({ workerPools }) =>
    Object.entries(workerPools).flatMap(([name, pool]) => find(pool, `workerPools.${name}`)),
  );

const rules: Rule[] = [
  rule(["network", "existingVpc"], ({ network, existingVpc }) =>
    network && existingVpc
      ? [
          {
            key: "existingVpc",
            value: existingVpc.vpcId,
            remedy: "remove it, or remove network: the VPC is either new or existing",
          },
        ]
      : [],
  ),
  rule(["network"], ({ network }) => (network ? wrongRange("network.cidr", network.cidr, 16, 22) : [])),
  rule(["podCidr"], ({ podCidr }) => wrongRange("podCidr", podCidr, 8, 22)),
  rule(["serviceCidr"], ({ serviceCidr }) => wrongRange("serviceCidr", serviceCidr, 12, 24)),
  rule(
    ["network", "existingVpc", "podCidr", "serviceCidr"],
    ({ network, existingVpc, podCidr, serviceCidr }) => {
      const ranges: [string, string][] = [
        ["podCidr", podCidr],
        ["serviceCidr", serviceCidr],
      ];
      if (!existingVpc) ranges.unshift(["network.cidr", network?.cidr ?? "10.0.0.0/16"]);
      return overlaps(ranges);
    },
  ),
  rule(["podCidr", "workerPools", "controlPlane"], ({ podCidr, workerPools, controlPlane }) => {
    const nodes = Object.values(workerPools).reduce(
      (sum, pool) => sum + pool.max,
      controlPlane.size as number,
    );
    const room = 2 ** (24 - Number(podCidr.split("/")[1]));
    if (room >= nodes) return [];
    return [
      {
        key: "podCidr",
        value: podCidr,
        remedy: `has room for ${Math.floor(room)} nodes of a /24 each, the pools may grow to ${nodes}: use a larger range`,
      },
    ];
  }),
  rule(["zones"], ({ zones }) => {
    if (typeof zones === "number") return [];
    const regions = new Set(zones.map((zone) => zone.slice(0, -1)));
    return [
      ...repeated(zones).map((zone) => ({ key: "zones", value: zone, remedy: "name each zone once" })),
      ...(regions.size > 1 ? [{ key: "zones", value: zones, remedy: "name zones of one region" }] : []),
    ];
  }),
  rule(["existingVpc"], ({ existingVpc }) =>
    repeated([...(existingVpc?.privateSubnetIds ?? []), ...(existingVpc?.publicSubnetIds ?? [])]).map(
      (id) => ({
        key: "existingVpc",
        value: id,
        remedy: "name each subnet once",
      }),
    ),
  ),
  rule(["api", "existingVpc"], ({ api, existingVpc }) => [
    ...api.allowedCidrs.flatMap((range, i) => wrongRange(`api.allowedCidrs[${i}]`, range, 0, 32)),
    ...repeatedRanges("api.allowedCidrs", api.allowedCidrs),
    ...(api.access === "public" && api.allowedCidrs.length === 0
      ? [
          {
            key: "api.allowedCidrs",
            value: [],
            remedy: "a public API needs the ranges that may connect; 0.0.0.0/0 says everybody",
          },
        ]
      : []),
    ...(api.access === "public" && existingVpc?.publicSubnetIds.length === 0
      ? [{ key: "existingVpc.publicSubnetIds", value: [], remedy: "a public API needs public subnets" }]
      : []),
  ]),
  rule(["access", "existingVpc"], ({ access, existingVpc }) => [
    ...access.allowedCidrs.flatMap((range, i) => wrongRange(`access.allowedCidrs[${i}]`, range, 0, 32)),
    ...repeatedRanges("access.allowedCidrs", access.allowedCidrs),
    ...(access.kind === "bastion" && access.allowedCidrs.length === 0
      ? [
          {
            key: "access.allowedCidrs",
            value: [],
            remedy: "a bastion needs the ranges that may connect to its port 22",
          },
        ]
      : []),
    ...(access.kind !== "bastion" && access.allowedCidrs.length > 0
      ? [
          {
            key: "access.allowedCidrs",
            value: access.allowedCidrs,
            remedy: "only a bastion has them: set kind: bastion or remove them",
          },
        ]
      : []),
    ...(access.kind !== "none" && access.sshAuthorizedKeys.length === 0
      ? [
          {
            key: "access.sshAuthorizedKeys",
            value: [],
            remedy: "name one OpenSSH public key or more: without, nobody can log in",
          },
        ]
      : []),
    ...(access.kind === "bastion" && existingVpc?.publicSubnetIds.length === 0
      ? [{ key: "existingVpc.publicSubnetIds", value: [], remedy: "a bastion needs a public subnet" }]
      : []),
  ]),
  rule(["controlPlane"], ({ controlPlane }) =>
    wrongArchitecture("controlPlane.instanceType", controlPlane.instanceType, controlPlane.architecture),
  ),
  poolRule((pool, key) =>
    pool.instanceTypes.flatMap((type, i) =>
      wrongArchitecture(`${key}.instanceTypes[${i}]`, type, pool.architecture),
    ),
  ),
  poolRule((pool, key) =>
    repeated(pool.instanceTypes).map((type) => ({
      key: `${key}.instanceTypes`,
      value: type,
      remedy: "name each type once",
    })),
  ),
  poolRule((pool, key) =>
    repeated(pool.taints.map((taint) => `${taint.key}:${taint.effect}`)).map((taint) => ({
      key: `${key}.taints`,
      value: taint,
      remedy: "name each key with one value for an effect, as the apiserver demands",
    })),
  ),
  poolRule((pool, key) =>
    pool.max < pool.min
      ? [{ key: `${key}.max`, value: pool.max, remedy: `use ${pool.min} (min) or more` }]
      : [],
  ),
  poolRule((pool, key) =>
    Object.entries(pool.labels)
      .filter(([label]) => /(^|\.)(kubernetes|k8s)\.io\//.test(label.replace(/[^/]*$/, "")))
      .map(([label, value]) => ({
        key: `${key}.labels.${label}`,
        value,
        remedy:
          "labels below kubernetes.io and k8s.io are refused to kubelets by NodeRestriction: use a prefix of your own",
      })),
  ),
  poolRule(({ kubelet }, key) => {
    const cpu = [kubelet.systemReserved.cpu, kubelet.kubeReserved.cpu].some(
      (value) => value !== undefined && parseFloat(value) > 0,
    );
    if (kubelet.cpuManagerPolicy === "none" || cpu) return [];
    return [
      {
        key: `${key}.kubelet.cpuManagerPolicy`,
        value: "static",
        remedy: "reserve some cpu in systemReserved or kubeReserved, as the kubelet demands",
      },
    ];
  }),
  rule(["versions"], ({ versions }) => wrongVersions(versions)),
  rule(["versions", "downloads", "controlPlane", "workerPools"], (settings) =>
    wrongVersions(settings.versions).length > 0 ? [] : unknownDownloads(settings),
  ),
];

function wrongVersions({ kubernetes, etcd }: Settings["versions"]): Mistake[] {
  const mistakes: Mistake[] = [];
  if (!/^1\.3[5-7]\./.test(kubernetes)) {
    const remedy = "use 1.35, 1.36 or 1.37: the node files are written for these";
    mistakes.push({ key: "versions.kubernetes", value: kubernetes, remedy });
  }
  if (!/^3\.[67]\./.test(etcd)) {
    const remedy = "use 3.6 or 3.7: the node files are written for these";
    mistakes.push({ key: "versions.etcd", value: etcd, remedy });
  }
  return mistakes;
}

function unknownDownloads({
  versions: { kubernetes, etcd },
  downloads,
  controlPlane,
  workerPools,
}: Pick<Settings, "versions" | "downloads" | "controlPlane" | "workerPools">): Mistake[] {
  const ofPools = new Set(Object.values(workerPools).map((pool) => pool.architecture));
  ofPools.delete(controlPlane.architecture); // controllers need all that workers do
  try {
    findDownloads(
      [
        ...controllerReleases(kubernetes, etcd, controlPlane.architecture),
        ...[...ofPools].flatMap((architecture) => nodeReleases(kubernetes, architecture)),
      ],
      downloads,
    );
    return [];
  } catch (error) {
    return [{ key: "downloads.sha256", value: downloads.sha256, remedy: (error as Error).message }];
  }
}

function overlaps(ranges: [key: string, value: string][]): Mistake[] {
  const parsed = ranges.flatMap(([key, value]) => {
    try {
      return [{ key, value, range: parseCidr(value) }];
    } catch {
      return []; // reported by the rule of its own key
    }
  });
  return parsed.flatMap((one, i) =>
    parsed
      .slice(0, i)
      .filter((other) => overlap(one.range, other.range))
      .map((other) => ({
        key: one.key,
        value: one.value,
        remedy: `overlaps ${other.key} ${other.value}: use another range`,
      })),
  );
}

/** What is wrong between settings that are right one by one; rules that read a key in `skip` are left out. */
export function contradictions(settings: Some, skip: ReadonlySet<string>): Mistake[] {
  return rules
    .filter(({ reads }) => !reads.some((key) => skip.has(key)))
    .flatMap(({ find }) => find(settings));
}
