import { Architecture } from "../plan/nodeImages";
import { DownloadSource, findDownloads, Release } from "./downloads";
import { KeyObject, keyManifest } from "./keyObjects";
import { FileTree, nodeFiles, storageFiles, systemdUnits } from "./nodeFiles";
import { IgnitionConfig, File, Unit } from "./spec";

/** What the config of every node of a cluster depends on; plain values, known before any resource exists. */
export interface NodeFacts {
  /** Name of the cluster. */
  cluster: string;
  /** `<name>.<domain>` */
  zone: string;
  region: string;
  /** Of AWS in this partition, such as `amazonaws.com`. */
  dnsSuffix: string;
  /** The node store. */
  bucket: string;
  /** What the node reports to. */
  logGroup: string;
  /** The Auto Scaling group. */
  group: string;
  architecture: Architecture;
  /** Without v. */
  kubernetesVersion: string;
  /** `flannel`: the project's add-on, which a ready node has; `other`: somebody else's, or none so far. */
  podNetwork: "flannel" | "other";
  /** Range of all pods' addresses. */
  podCidr: string;
  downloads: DownloadSource;
}

/** What a role adds to them. */
export interface RoleParts {
  /** Of its files, beside `node`. */
  trees: readonly FileTree[];
  /** By placeholder name. */
  values: Readonly<Record<string, string>>;
  keyObjects: readonly KeyObject[];
  releases: readonly Release[];
}

/** The Ignition config of a node as JSON text; equal parts give equal text, so that only real changes roll nodes. */
export function nodeIgnition(facts: NodeFacts, { trees, values, keyObjects, releases }: RoleParts): string {
  const files = nodeFiles(["node", ...trees], {
    clusterName: facts.cluster,
    zone: facts.zone,
    region: facts.region,
    dnsSuffix: facts.dnsSuffix,
    ecrDualStackSuffix: ecrDualStackSuffix(facts.dnsSuffix),
    bucket: facts.bucket,
    logGroup: facts.logGroup,
    group: facts.group,
    kubernetesVersion: facts.kubernetesVersion,
    podNetwork: facts.podNetwork,
    podCidr: facts.podCidr,
    ...values,
  });
  const downloads = findDownloads(releases, facts.downloads);
  const config = {
    ignition: { version: "3.4.0" },
    storage: { files: [...storageFiles(files), keyManifest(keyObjects), ...downloads].sort(byPath) },
    systemd: { units: [...unwantedUnits, ...systemdUnits(files)] },
  } satisfies IgnitionConfig;
  return JSON.stringify(config);
}

/**
 * What ends the dual-stack names of ECR's registries in a partition whose other names end with `dnsSuffix`
 * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html).
 */
const ecrDualStackSuffix = (dnsSuffix: string) =>
  ({
    "amazonaws.com.cn": "on.amazonwebservices.com.cn",
    "amazonaws.eu": "on.amazonwebservices.eu",
    "c2s.ic.gov": "on.aws.ic.gov",
    "sc2s.sgov.gov": "on.aws.scloud",
    "csp.hci.ic.gov": "on.aws.hci.ic.gov",
    "cloud.adc-e.uk": "on.cloud-aws.adc-e.uk",
  })[dnsSuffix] ?? "on.aws";

/**
 * Units that Flatcar would start by itself and that no node needs:
 * - its updater and its reboot manager, because a new version arrives as a new node
 * - Amazon's SSM agent, because it gives a shell to everybody who may use Systems Manager in the account, even without `access`
 * - Docker's socket, because a client of it starts a second container runtime
 */
export const unwantedUnits: Unit[] = [
  "amazon-ssm-agent.service", // by Upholds= of multi-user.target, as docker.socket by sockets.target
  "docker.socket",
  "locksmithd.service",
  "update-engine.service",
].map((name) => ({ name, mask: true }));

const byPath = (a: File, b: File) => (a.path < b.path ? -1 : 1);
