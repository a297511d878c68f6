import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { addonFiles, wantedAddons } from "../addons/addons";
import type { ManifestFile } from "../addons/manifests";
import { readOwnManifests } from "./ownManifests";
import type { Settings } from "../settings";
import { defaultNetwork } from "../settings/fields";
import { refusal, together, WrongSettings } from "../settings/errors";
import { checkAlarmTopic } from "./alarmTopic";
import { checkApiClients, findNatAddresses } from "./apiClients";
import {
  checkClusterMetadata,
  metadataList,
  type ClusterMetadata,
  readClusterMetadata,
} from "./clusterMetadata";
import { findExistingVpc, type KeptSubnets, type Place, zonesOfSubnets } from "./existingVpc";
import { checkInstanceTypes, checkTypesInZones } from "./instanceTypes";
import { chooseZones, findStanding, type ZoneChoice } from "./zones";
import { type Account, clusterNames } from "../plan/names";
import { findImages } from "./nodeImages";
import type { NodeImage } from "../plan/nodeImages";
import { checkParentZone } from "./parentZone";
import { checkRestore } from "./restore";
import { checkSameCluster, type LastOutputs } from "./lastOutputs";

/** What a cluster's preflight found, which is there before the cluster: facts of account, region and project, looked up once, before any resource is registered. */
export interface PreflightResult extends Account, Place {
  readonly partition: string;
  /** The AWS provider that looked all of it up. @default the stack's own */
  readonly provider?: pulumi.ProviderResource;
  /** Addresses of the NAT gateways that a new VPC has already. */
  readonly natAddresses: readonly string[];
  /** Of the nodes' release first. */
  readonly images: readonly NodeImage[];
  /** What the stack adds to the project's add-ons. */
  readonly ownManifests: readonly ManifestFile[];
}

/** By whom it is looked up, and what is known of the cluster already. */
export interface PreflightOptions extends pulumi.InvokeOptions {
  /** What this cluster put out at its last `pulumi up`. @default nothing is known, so a renamed cluster is not refused */
  readonly lastOutputs?: LastOutputs;
}

/**
 * Looks up where the cluster is to stand, by the provider that the cluster is made with, and refuses settings that do not fit.
 *
 * @throws Error that lists every setting which does not fit: too few zones or a wrong one, no image of the Flatcar
 *   release, an instance type that the region does not have or that is too small, a parent zone or a topic that does not fit, an existing VPC or subnets that are not as they must be, a
 *   snapshot to restore that is not there, a key of Secrets that is not the next, what a stack or a cluster keeps, manifests
 *   that are none
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
    const [network, images, ownManifests, natAddresses] = await together([
      findNetwork(settings, account, metadata, lastOutputs, opts),
      findImages(settings, { region, partition }, metadataList(metadata, "flatcar"), opts),
      readOwnManifests(settings.addons.manifests, addonFiles(wantedAddons(settings))),
      findNatAddresses(settings, opts),
      checkInstanceTypes(settings, region, opts),
      checkParentZone(settings, opts),
      checkAlarmTopic(settings, { accountId, partition, region }, opts),
      checkRestore(settings.restore, nodeStore, opts),
      checkSameCluster(settings.name, nodeStore, lastOutputs),
      checkClusterMetadata(settings, metadata),
    ]);
    checkApiClients(settings, network.existingVpc);
    await checkTypesInZones(settings, network, opts);
    return { ...account, partition, provider, ...network, images, ownManifests, natAddresses };
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

/** What is noted, and what the stack put out last: metadata that a hand lost or put back may name fewer. */
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
