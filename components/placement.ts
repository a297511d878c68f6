import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { addonFiles, wantedAddons } from "../addons/addons";
import type { ManifestFile } from "../addons/manifests";
import { readOwnManifests } from "../addons/ownManifests";
import type { Architecture } from "../ignition/downloads";
import type { Settings } from "../settings";
import { refusal, together, WrongSettings } from "../settings/mistakes";
import { checkClusterNotes } from "./clusterNotes";
import { ExistingVpc, findExistingVpc, zonesOfSubnets } from "./existingVpc";
import { checkInstanceTypes } from "./instanceTypes";
import { type Account, clusterNames } from "./names";
import { checkRestore } from "./restore";
import { checkStackCluster } from "./stackCluster";

/** What is there before the cluster: facts of account, region and project, looked up once, before any resource is registered. */
export interface Placement extends Account {
  readonly partition: string;
  readonly zones: string[];
  readonly existingVpc?: ExistingVpc;
  /** Flatcar image by architecture, for the architectures in use. */
  readonly images: Partial<Record<Architecture, string>>;
  /** What the stack adds to the project's add-ons. */
  readonly ownManifests: readonly ManifestFile[];
}

/** Flatcar's account: https://www.flatcar.org/docs/latest/installing/cloud/aws-ec2/ */
const flatcarOwner = "075585003325";

/**
 * Looks up where the cluster is to stand.
 *
 * @throws Error that lists every setting which does not fit: too few zones or a wrong one, no image of the Flatcar
 *   release, an instance type that the region does not have, an existing VPC or subnets that are not as they must be, a
 *   snapshot to restore that is not there, a key of Secrets that is not the next, what a stack or a cluster keeps, manifests
 *   that are none
 */
export async function findPlacement(settings: Settings): Promise<Placement> {
  const [{ accountId }, { partition, dnsSuffix }, { region }] = await Promise.all([
    aws.getCallerIdentity(),
    aws.getPartition(),
    aws.getRegion(),
  ]);
  try {
    const { nodeStore } = clusterNames(settings.name, settings.domain, { accountId, region, dnsSuffix });
    const [network, images, ownManifests] = await together([
      findNetwork(settings, region),
      findImages(settings, region),
      readOwnManifests(settings.addons.manifests, addonFiles(wantedAddons(settings))),
      checkInstanceTypes(settings, region),
      checkRestore(settings.restore, nodeStore),
      checkStackCluster(settings.name, nodeStore),
      checkClusterNotes(settings, nodeStore),
    ]);
    return { accountId, partition, dnsSuffix, region, ...network, images, ownManifests };
  } catch (error) {
    throw error instanceof WrongSettings ? refusal(error.mistakes, pulumi.getProject()) : error;
  }
}

type Place = Pick<Placement, "zones" | "existingVpc">;

async function findNetwork(settings: Settings, region: string): Promise<Place> {
  const place = await findZones(settings, region);
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

async function findZones(settings: Settings, region: string): Promise<Place> {
  if (settings.existingVpc) {
    const existingVpc = await findExistingVpc(settings.existingVpc, settings);
    return { existingVpc, zones: zonesOfSubnets(settings.zones, existingVpc.privateSubnets) };
  }
  const available = await aws.getAvailabilityZones({
    state: "available",
    filters: [{ name: "zone-type", values: ["availability-zone"] }],
  });
  return { zones: chooseZones(settings.zones, available.names, region) };
}

/** The zones of a new VPC: the named ones, or the region's first. @throws WrongSettings when there are not so many */
export function chooseZones(
  wanted: number | readonly string[],
  available: readonly string[],
  region: string,
): string[] {
  const names = available.join(", ");
  if (typeof wanted === "number") {
    if (available.length >= wanted) return [...available].sort().slice(0, wanted);
    const remedy = `${region} has ${available.length} (${names}): use that many or fewer`;
    throw new WrongSettings({ key: "zones", value: wanted, remedy });
  }
  const missing = wanted.filter((zone) => !available.includes(zone));
  if (missing.length === 0) return [...wanted];
  const remedy = `not a zone of ${region}, which has ${names}`;
  throw new WrongSettings(...missing.map((value) => ({ key: "zones", value, remedy })));
}

async function findImages(settings: Settings, region: string): Promise<Placement["images"]> {
  const architectures = new Set<Architecture>([
    settings.controlPlane.architecture,
    ...Object.values(settings.workerPools).map((pool) => pool.architecture),
    ...(settings.access.kind === "bastion" ? (["amd64"] as const) : []),
  ]);
  const release = settings.versions.flatcar;
  const images = [...architectures].map(async (architecture) => {
    try {
      const image = await aws.ec2.getAmi({
        owners: [flatcarOwner],
        mostRecent: true,
        filters: [
          { name: "name", values: [`Flatcar-stable-${release}-*`] },
          { name: "architecture", values: [architecture === "amd64" ? "x86_64" : "arm64"] },
        ],
      });
      return [architecture, image.id] as const;
    } catch (error) {
      const remedy = `no ${architecture} image of it in ${region}: ${(error as Error).message}`;
      throw new WrongSettings({ key: "versions.flatcar", value: release, remedy });
    }
  });
  return Object.fromEntries(await together(images));
}
