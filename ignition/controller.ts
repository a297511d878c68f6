import { Architecture, controllerReleases, DownloadSource, findDownloads } from "./downloads";
import { controllerKeyObjects } from "./keyObjects";
import { nodeIgnition } from "./node";

/** What a controller's config depends on; plain values, known before any resource exists. */
export interface ControllerFacts {
  /** Cluster name. */
  name: string;
  /** `<name>.<domain>` */
  zone: string;
  region: string;
  /** Of AWS in this partition, such as `amazonaws.com`. */
  dnsSuffix: string;
  /** The node store. */
  bucket: string;
  /** The Auto Scaling group. */
  group: string;
  /** Number of controllers. */
  size: 1 | 3 | 5;
  architecture: Architecture;
  /** Without v. */
  kubernetesVersion: string;
  /** Without v. */
  etcdVersion: string;
  podCidr: string;
  serviceCidr: string;
  /** URL of the published OIDC discovery document's folder. */
  oidcIssuer: string;
  snapshotIntervalMinutes: number;
  downloads: DownloadSource;
  sshAuthorizedKeys: readonly string[];
}

/** Ignition JSON text of every controller: there is no first one. */
export function controllerIgnition(facts: ControllerFacts): string {
  return nodeIgnition({
    role: "controller",
    values: {
      clusterName: facts.name,
      zone: facts.zone,
      region: facts.region,
      dnsSuffix: facts.dnsSuffix,
      bucket: facts.bucket,
      group: facts.group,
      size: String(facts.size),
      kubernetesVersion: facts.kubernetesVersion,
      etcdVersion: facts.etcdVersion,
      podCidr: facts.podCidr,
      serviceCidr: facts.serviceCidr,
      oidcIssuer: facts.oidcIssuer,
      snapshotIntervalMinutes: String(facts.snapshotIntervalMinutes),
    },
    keyObjects: controllerKeyObjects,
    downloads: findDownloads(
      controllerReleases(facts.kubernetesVersion, facts.etcdVersion, facts.architecture),
      facts.downloads,
    ),
    sshAuthorizedKeys: facts.sshAuthorizedKeys,
  });
}
