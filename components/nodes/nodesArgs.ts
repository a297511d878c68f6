import type * as pulumi from "@pulumi/pulumi";
import { wantedAddons } from "../../addons/addons";
import type { Architecture } from "../../plan/nodeImages";
import type { NodeFacts } from "../../ignition/node";
import type { Settings } from "../../settings";
import type { Names } from "../../plan/names";
import type { ClusterFacts } from "./nodeGroup";

/** What the control plane and every worker pool are told alike. */
export interface NodesArgs {
  readonly settings: Settings;
  readonly names: Names;
  readonly facts: ClusterFacts;
  readonly dnsSuffix: string;
  /** Where the nodes are: a subnet for each zone. */
  readonly subnetIds: pulumi.Input<string>[];
  readonly imageId: pulumi.Input<string>;
  readonly securityGroupId: pulumi.Input<string>;
  /** What a booting node needs: there before the first instance, and gone only after the last. */
  readonly after: pulumi.Resource[];
}

/** What the Ignition configuration of every node of `group` says of its cluster. */
export function nodeFacts(
  { settings, names, facts, dnsSuffix }: NodesArgs,
  group: string,
  architecture: Architecture,
): NodeFacts {
  return {
    name: settings.name,
    zone: names.zone,
    region: facts.region,
    dnsSuffix,
    bucket: names.nodeStore,
    logGroup: names.nodeLogs,
    group,
    architecture,
    kubernetesVersion: settings.versions.kubernetes,
    podNetwork: wantedAddons(settings).includes("flannel") ? "flannel" : "other",
    podCidr: settings.podCidr,
    downloads: settings.downloads,
    sshAuthorizedKeys: settings.access.sshAuthorizedKeys,
  };
}
