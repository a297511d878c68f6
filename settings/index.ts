import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { addonNames } from "../addons/addons";
import { contradictions } from "./consistency";
import {
  architecture,
  cidr,
  clusterOrPoolName,
  defaultNetwork,
  disk,
  domainName,
  group,
  hostRange,
  instanceType,
  list,
  map,
  oneOf,
  release,
  sshKey,
  text,
  whole,
  yesOrNo,
  zoneName,
  zonesRemedy,
} from "./fields";
import { refusal, shapeMistakes, withoutWrong } from "./errors";
import { workerPool } from "./workerPools";

const schema = group(
  {
    /** Name of the cluster: 2 to 20 characters; every resource's name begins with it. Chosen once. No default. */
    name: text(
      clusterOrPoolName,
      "use 2 to 20 lower-case letters, digits and dashes, beginning with a letter",
    ),
    /** The cluster's zone is `<name>.<domain>`. Chosen once. No default. */
    domain: domainName,
    /** Route53 zone of `domain`: the cluster's zone is delegated from it and public. Chosen once. @default no delegation */
    parentZoneId: text(
      /^Z[A-Z0-9]{5,31}$/,
      "use a Route53 hosted zone id such as Z0123456789ABCDEFGHIJ",
    ).optional(),
    /** Availability zones: how many, taken in the region's order, or their names. Only added to, once chosen. @default 3 */
    zones: z
      .union(
        [
          whole(1, 6, zonesRemedy),
          list(zoneName, zonesRemedy).min(1, { error: zonesRemedy }).max(6, { error: zonesRemedy }),
        ],
        {
          error: zonesRemedy,
        },
      )
      .default(3),
    /** A new VPC. Not together with `existingVpc`. */
    network: group(
      {
        /** Range of the VPC, /16 to /22. Chosen once. @default 10.0.0.0/16 */
        cidr: hostRange(16, 22).default(defaultNetwork.cidr),
        /** One NAT gateway per zone, or a single one: cheaper, and one zone's failure cuts all off. @default zone */
        nat: z.enum(["zone", "single"], { error: "use zone or single" }).default(defaultNetwork.nat),
      },
      "use {cidr, nat}",
    ).optional(),
    /** Build into this VPC; nothing of the network is created or changed but a cluster tag on the subnets. */
    existingVpc: group(
      {
        /** No default. */
        vpcId: text(/^vpc-[0-9a-f]{8,17}$/, "use a VPC id such as vpc-0a1b2c3d4e5f67890"),
        /** For the nodes: one per zone, with a route to the internet that is not an internet gateway. */
        privateSubnetIds: list(text(/^subnet-[0-9a-f]{8,17}$/, "use a subnet id"), "use a list of subnet ids")
          .min(1, { error: "name one private subnet or more" })
          .max(6, { error: "name one private subnet per zone, 6 at most" }),
        /** For a public API and the bastion. @default none */
        publicSubnetIds: list(text(/^subnet-[0-9a-f]{8,17}$/, "use a subnet id"), "use a list of subnet ids")
          .max(6, { error: "name one public subnet per zone, 6 at most" })
          .default([]),
      },
      "use {vpcId, privateSubnetIds, publicSubnetIds}",
    ).optional(),
    /** Addresses of pods, a /24 for each node. Chosen once. @default 10.244.0.0/16 */
    podCidr: hostRange(8, 22).default("10.244.0.0/16"),
    /** Addresses of services, /24 or larger. Chosen once. @default 10.96.0.0/16 */
    serviceCidr: hostRange(12, 24).default("10.96.0.0/16"),
    api: group(
      {
        /** Whether the API's load balancer has public addresses, and so the zone is public. Chosen once. @default internal */
        access: z.enum(["internal", "public"], { error: "use internal or public" }).default("internal"),
        /** Who may connect to 6443 beside the cluster's own nodes and, if it is internal, the VPC. @default none; a public one needs some */
        allowedCidrs: list(cidr(0, 32), "use a list of IPv4 ranges").default([]),
      },
      "use {access, allowedCidrs}",
    ).prefault({}),
    /** The way to a shell on the nodes. */
    access: group(
      {
        /** A host of its own, an EC2 Instance Connect Endpoint, or no way at all. @default none */
        kind: z
          .enum(["none", "bastion", "instance-connect"], { error: "use none, bastion or instance-connect" })
          .default("none"),
        /** Who may connect to the bastion's port 22. @default none */
        allowedCidrs: list(cidr(0, 32), "use a list of IPv4 ranges").default([]),
        /** OpenSSH public keys of the user `core` on the bastion and on every node. @default none */
        sshAuthorizedKeys: list(sshKey, "use a list of OpenSSH public keys").default([]),
      },
      "use {kind, allowedCidrs, sshAuthorizedKeys}",
    ).prefault({}),
    controlPlane: group(
      {
        /** Controllers, each an etcd member. @default 3 */
        size: oneOf([1, 3, 5], "use 1, 3 or 5: etcd survives the loss of 0, 1 or 2 members").default(3),
        /** With 2 vCPUs and 2 GiB or more; 4 GiB for more than a trial. @default m7i.large */
        instanceType: instanceType.default("m7i.large"),
        /** CPU architecture of `instanceType`. @default amd64 */
        architecture: architecture.default("amd64"),
        /** Root volume, GiB; etcd lives on it. @default 50 */
        diskGib: disk.default(50),
      },
      "use {size, instanceType, architecture, diskGib}",
    ).prefault({}),
    /** Exact versions; nothing on a node updates by itself. */
    versions: group(
      {
        /** @default 1.36.4 */
        kubernetes: text(release, "use an exact version such as 1.36.4, without v").default("1.36.4"),
        /** @default 3.6.14 */
        etcd: text(release, "use an exact version such as 3.6.14, without v").default("3.6.14"),
        /** Release of Flatcar's stable channel. @default 4757.2.1 */
        flatcar: text(release, "use an exact Flatcar stable release such as 4757.2.1").default("4757.2.1"),
      },
      "use {kubernetes, etcd, flatcar}",
    ).prefault({}),
    /** Where nodes download from, and how the files are known to be the right ones. */
    downloads: group(
      {
        /** Base URL that stands in for the upstream hosts of Kubernetes', etcd's and the CNI plugins' files; container images have theirs. @default upstream */
        mirror: text(
          /^https:\/\/[^\s?#]+[^\s?#/]$/,
          "use an https URL without a slash at its end",
        ).optional(),
        /** SHA-256 by file, such as `kubelet-1.36.9-amd64`, for versions the project does not know. @default none */
        sha256: map(
          z.string(),
          text(/^[0-9a-f]{64}$/, "use 64 lower-case hexadecimal digits"),
          "use a map from file to sha256",
        ).default({}),
      },
      "use {mirror, sha256}",
    ).prefault({}),
    /** Worker pools by name, of the cluster's name's form; what each may say is described in settings/workerPools.ts. @default one pool, `workers` */
    workerPools: map(z.string(), workerPool, "use a map from pool name to its settings").prefault({
      workers: {},
    }),
    /** What controllers apply to the cluster, and keep as it is: the manifests in `addons/manifests` and these. */
    addons: group(
      {
        /** Your own: files, or folders of .yaml and .yml files, relative to the project; they hold no secrets. @default none */
        manifests: list(
          text(/^(?!\/)\S(.*\S)?$/, "use a path relative to the project"),
          "use a list of files and folders",
        ).default([]),
        /** Add-ons of the project to do without, such as flannel for another pod network; all nodes are replaced where it goes, workers where the cloud controller manager does. @default none */
        leaveOut: list(
          z.enum(addonNames, { error: `use ${addonNames.join(", ")}` }),
          "use a list of add-ons",
        ).default([]),
      },
      "use {manifests, leaveOut}",
    ).prefault({}),
    /** etcd snapshots in the node store. */
    snapshots: group(
      {
        /** Minutes between snapshots, 5 to 1440. @default 60 */
        intervalMinutes: whole(5, 1440, "use whole minutes from 5 to 1440").default(60),
        /** Days a snapshot is kept, 1 to 3650. @default 30 */
        retentionDays: whole(1, 3650, "use whole days from 1 to 3650").default(30),
      },
      "use {intervalMinutes, retentionDays}",
    ).prefault({}),
    /** How Secrets are encrypted in etcd. */
    encryption: group(
      {
        /** Number of the key that they are written with; the next number rotates it, one at a time, without a new node. @default 1 */
        key: whole(1, 999, "use the number before, plus one").default(1),
      },
      "use {key}",
    ).prefault({}),
    /** Goes back to an etcd snapshot, once: what was written later is lost. Not set but for that. */
    restore: group(
      {
        /** Its key in the node store, such as etcd/snapshots/2026-11-23T10-00-00Z-i-0a1b2c3d4e5f67890.db. No default. */
        snapshot: text(
          /^etcd\/snapshots\/[\w-]+\.db$/,
          "use the key of a snapshot such as etcd/snapshots/2026-11-23T10-00-00Z-i-0a1b2c3d4e5f67890.db",
        ),
        /** Number of the epoch that begins with it: one more than the newest etcd/formation-<epoch>.json has. No default. */
        epoch: whole(2, 9999, "use the number of the newest etcd/formation-<epoch>.json, plus one"),
      },
      "use {snapshot, epoch}",
    ).optional(),
    /** SNS topic that alarms are sent to. @default alarms change state and tell nobody */
    alarmTopicArn: text(
      /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/,
      "use the ARN of a standard SNS topic such as arn:aws:sns:eu-central-1:123456789012:alarms",
    ).optional(),
    /** Refuse to delete what cannot be made again: node store with its snapshots, its key, and the keys of the CAs, service accounts and Secrets. @default false */
    protect: yesOrNo("use true or false").default(false),
  },
  "use a map of settings",
);

/** Everything a stack's configuration says, defaults filled in; each field is described where the schema has it. */
export type Settings = z.output<typeof schema>;
export type WorkerPoolSettings = Settings["workerPools"][string];

/**
 * Checks a stack's configuration.
 *
 * @param raw values by key, as a person wrote them
 * @param namespace what stands before the key in `Pulumi.<stack>.yaml`, for the messages
 * @throws Error that lists every wrong key with its value and what to write instead
 */
export function parseSettings(raw: Record<string, unknown>, namespace = "pulumi-kubeadm"): Settings {
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    const { rest, skip } = withoutWrong(raw, parsed.error.issues);
    const shape = shapeMistakes(parsed.error.issues, raw, Object.keys(schema.shape));
    const others = contradictions(schema.partial().parse(rest), skip);
    throw refusal([...shape, ...others], namespace);
  }
  const mistakes = contradictions(parsed.data, new Set());
  if (mistakes.length > 0) throw refusal(mistakes, namespace);
  return parsed.data;
}

/** Reads the settings of the running stack. @throws as `parseSettings` */
export function readSettings(): Settings {
  const namespace = pulumi.getProject();
  const raw: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(pulumi.runtime.allConfig())) {
    if (!key.startsWith(`${namespace}:`)) continue;
    const name = key.slice(namespace.length + 1);
    raw[name] = plainValue(name, value);
  }
  return parseSettings(raw, namespace);
}

/** Pulumi hands every configuration value over as a string; all but plain text is JSON, and a cluster may be named `true`. */
function plainValue(name: string, value: string): unknown {
  const forms: Readonly<Record<string, z.ZodType | undefined>> = schema.shape;
  if (forms[name]?.safeParse(value).success) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
