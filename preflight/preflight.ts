import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { addonFiles, wantedAddons } from "../addons/addons";
import type { ManifestFile } from "../addons/manifests";
import { readOwnManifests } from "./ownManifests";
import type { Settings } from "../settings";
import { defaultNetwork } from "../settings/fields";
import { refusal, together, WrongSettings } from "../settings/errors";
import { checkAlarmTopic } from "./alarmTopic";
import { checkApiClients, findNatAddresses } from "./network/apiClients";
import {
  checkClusterMetadata,
  diskKeysName,
  metadataList,
  type ClusterMetadata,
  readClusterMetadata,
} from "./cluster/clusterMetadata";
import { findDiskKeys } from "./diskKeys";
import { findExistingVpc, type KeptSubnets, type Place, zonesOfSubnets } from "./network/existingVpc";
import { checkInstanceTypes, checkTypesInZones, findInstanceTypes } from "./nodes/instanceTypes";
import { chooseZones, findStanding, type ZoneChoice } from "./network/zones";
import { type Account, clusterNames } from "../plan/names";
import { findImages } from "./nodes/nodeImages";
import type { NodeImage } from "../plan/nodeImages";
import { checkParentZone } from "./network/parentZone";
import { checkPublicAccess } from "./publicAccess";
import { checkQuotas } from "./quotas";
import { checkRestore } from "./cluster/restore";
import { checkSameCluster, type LastOutputs } from "./cluster/lastOutputs";

/**
 * The cluster's surroundings: facts of account, region and project, looked up once, before any resource is
 * registered.
 */
export interface PreflightResult extends Account, Place {
  readonly partition: string;
  /** The AWS provider of all look-ups. @default the stack's own */
  readonly provider?: pulumi.ProviderResource;
  /** Addresses of the NAT gateways that a new VPC already has. */
  readonly natAddresses: readonly string[];
  /** Images of the nodes' release first. */
  readonly images: readonly NodeImage[];
  /** ARNs of the customer's keys that encrypt the cluster's volumes. */
  readonly diskKeys: readonly string[];
  /** The add-ons that the stack adds to the project's. */
  readonly ownManifests: readonly ManifestFile[];
}

/** The provider for the look-ups, and what is known of the cluster already. */
export interface PreflightOptions extends pulumi.InvokeOptions {
  /**
   * Outputs of this cluster's last `pulumi up`. @default nothing is known, so a renamed cluster is not
   * refused
   */
  readonly lastOutputs?: LastOutputs;
}

/**
 * Looks up the cluster's surroundings, through the provider that makes the cluster.
 *
 * @throws Error that lists every setting which does not fit the surroundings:
 *   - zones, the Flatcar image, or instance types that the region does not have
 *   - an existing VPC, a parent zone or an alarm topic that cannot be used
 *   - a snapshot that does not exist, or an encryption key that may not come next
 *   - a change of a permanent setting
 *   - manifests that cannot be applied
 *   - for a new cluster, what the account forbids or lacks a quota for
 */
export async function runPreflight(
  settings: Settings,
  { lastOutputs = {}, ...opts }: PreflightOptions = {},
): Promise<PreflightResult> {
  const provider = opts.provider ?? opts.parent?.getProvider("aws:index/getRegion:getRegion");
  const [{ accountId }, { partition, dnsSuffix }, { region }] = await Promise.all([
    aws.getCallerIdentity({}, opts),
    aws.getPartition({}, opts),
    aws.getRegion({}, opts),
  ]);
  const account = { accountId, region, dnsSuffix };
  try {
    const { nodeStore } = clusterNames(settings.name, settings.domain, account);
    const metadata = await readClusterMetadata(settings, nodeStore, opts);
    const isStanding = metadata !== undefined;
    const types = findInstanceTypes(settings, opts);
    const [network, images, ownManifests, natAddresses, diskKeys] = await together([
      findNetwork(settings, account, metadata, lastOutputs, opts),
      findImages(settings, { region, partition }, metadataList(metadata, "flatcar"), opts),
      readOwnManifests(settings.addons.manifests, addonFiles(wantedAddons(settings))),
      findNatAddresses(settings, opts),
      findDiskKeys(accountId, metadataList(metadata, diskKeysName) ?? [], isStanding, opts),
      types.then((offered) => checkInstanceTypes(settings, offered, region)),
      types.then((offered) => checkQuotas(settings, offered, account, isStanding, opts)),
      checkPublicAccess(accountId, isStanding, opts),
      checkParentZone(settings, opts),
      checkAlarmTopic(settings, { accountId, partition, region }, opts),
      checkRestore(settings.restore, nodeStore, opts),
      checkSameCluster(settings.name, nodeStore, lastOutputs),
      checkClusterMetadata(settings, metadata),
    ]);
    checkApiClients(settings, network.existingVpc);
    await checkTypesInZones(settings, network, isStanding, opts);
    return { ...account, partition, provider, ...network, images, ownManifests, natAddresses, diskKeys };
  } catch (error) {
    throw error instanceof WrongSettings ? refusal(error.mistakes, pulumi.getProject()) : error;
  }
}

async function findNetwork(
  settings: Settings,
  account: Account,
  metadata: ClusterMetadata | undefined,
  lastOutputs: LastOutputs,
  opts: pulumi.InvokeOptions,
): Promise<Place> {
  const place = settings.existingVpc
    ? await findSubnets(settings, settings.existingVpc, account, keptSubnets(metadata, lastOutputs), opts)
    : await findZones(
        settings,
        account.region,
        { noted: metadataList(metadata, "zones"), made: lastOutputs.privateSubnetIds?.length },
        opts,
      );
  const mistakes = Object.entries(settings.workerPools).flatMap(([name, pool]) =>
    (pool.zones ?? [])
      .filter((zone) => !place.zones.includes(zone))
      .map((value) => ({
        key: `workerPools.${name}.zones`,
        value,
        remedy: `not a zone of this cluster, which is in ${place.zones.join(", ")}`,
      })),
  );
  if (mistakes.length > 0) throw new WrongSettings(...mistakes);
  return place;
}

/** Subnets in the metadata and in the last outputs. Metadata that somebody lost or restored may name fewer. */
function keptSubnets(
  metadata: ClusterMetadata | undefined,
  { privateSubnetIds = [], publicSubnetIds = [] }: LastOutputs,
): KeptSubnets {
  const noted = (name: string) => metadataList(metadata, name) ?? [];
  return {
    private: [...new Set([...noted("private-subnets"), ...privateSubnetIds])],
    public: [...new Set([...noted("public-subnets"), ...publicSubnetIds])],
  };
}

async function findSubnets(
  settings: Settings,
  wanted: NonNullable<Settings["existingVpc"]>,
  { accountId }: Account,
  kept: KeptSubnets,
  opts: pulumi.InvokeOptions,
): Promise<Place> {
  const existingVpc = await findExistingVpc(wanted, settings, accountId, kept, opts);
  return { existingVpc, zones: zonesOfSubnets(settings.zones, existingVpc.privateSubnets) };
}

async function findZones(
  { name, zones, network = defaultNetwork }: Settings,
  region: string,
  kept: Pick<ZoneChoice, "noted" | "made">,
  opts: pulumi.InvokeOptions,
): Promise<Place> {
  const [{ names: available }, standing] = await Promise.all([
    aws.getAvailabilityZones(
      { state: "available", filters: [{ name: "zone-type", values: ["availability-zone"] }] },
      opts,
    ),
    findStanding(name, network.cidr, opts),
  ]);
  return { zones: chooseZones(zones, { region, available, ...kept, standing }) };
}
