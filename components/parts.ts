import { wantedAddons } from "../addons/addons";
import type { PreflightResult } from "../preflight/preflight";
import type { Settings } from "../settings";
import { defaultNetwork } from "../settings/fields";
import type { ClusterScope, Names } from "../plan/names";
import type { NetworkArgs } from "./network/network";
import type { ClusterFacts } from "./nodes/nodeGroupArgs";

/** What the ARNs of the cluster's things are made of. */
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

/** What every node knows of the cluster. */
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
    sshAuthorizedKeys: settings.access.sshAuthorizedKeys,
  };
}
