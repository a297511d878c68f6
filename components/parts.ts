import { wantedAddons } from "../addons/addons";
import type { RunningSettings } from "../ignition/settingObjects";
import type { PreflightResult } from "../preflight/preflight";
import type { Settings } from "../settings";
import { defaultNetwork } from "../settings/fields";
import type { ClusterScope, Names } from "../plan/names";
import type { NetworkArgs } from "./network/network";
import type { ClusterFacts } from "./nodes/nodeGroupArgs";

/** The parts of the ARNs of the cluster's resources. */
export const clusterScope = ({ name }: Settings, preflight: PreflightResult): ClusterScope => ({
  cluster: name,
  partition: preflight.partition,
  region: preflight.region,
  accountId: preflight.accountId,
});

/** The VPC that the settings ask for. */
export function networkArgs(settings: Settings, preflight: PreflightResult): NetworkArgs {
  const cluster = settings.name;
  if (preflight.existingVpc) return { kind: "existing", cluster, vpc: preflight.existingVpc };
  const { region, zones } = preflight;
  return { kind: "new", cluster, region, zones, ...(settings.network ?? defaultNetwork) };
}

/** The settings that running nodes take over. */
export const runningSettings = ({ access, snapshots }: Settings): RunningSettings => ({
  sshAuthorizedKeys: access.sshAuthorizedKeys,
  snapshotIntervalMinutes: snapshots.intervalMinutes,
});

/** The cluster's description for every node. */
export function clusterFacts(settings: Settings, names: Names, preflight: PreflightResult): ClusterFacts {
  const addons = wantedAddons(settings);
  return {
    ...clusterScope(settings, preflight),
    dnsSuffix: preflight.dnsSuffix,
    zone: names.zone,
    bucket: names.nodeStore,
    logGroup: names.nodeLogs,
    kubernetesVersion: settings.versions.kubernetes,
    podNetwork: addons.includes("flannel") ? "flannel" : "other",
    cloudProvider: addons.includes("aws-cloud-controller-manager") ? "aws" : "other",
    podCidr: settings.podCidr,
    downloads: settings.downloads,
  };
}
