import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../settings";
import { WrongSettings } from "../settings/errors";
import { changedPermanentSettings, permanentMetadata } from "./permanentSettings";
import type { NodeImage } from "../plan/nodeImages";
import { encryptionConfig } from "../plan/nodeStoreKeys";
import { judgeEncryptionKey } from "./encryptionKey";
import type { Place, PlacedSubnet } from "./existingVpc";

/** Name of the number of the key that Secrets are written with. */
const encryptionKey = "encryption-key";

/**
 * What is noted of a cluster, by the name of the S3 metadata. Any of it may be missing, or older than the last `pulumi up`: a hand may have written the
 * object anew, or put an older version of it back.
 */
export type ClusterMetadata = Readonly<Record<string, string | undefined>>;

/** What the cluster stands in and its nodes run on. */
interface LookedUp extends Place {
  readonly images: readonly NodeImage[];
}

/** What the next `pulumi up` has to know of the cluster, as S3 metadata of `encryptionConfig`: no secret, read without one. */
export const clusterMetadata = (settings: Settings, lookedUp: LookedUp): Record<string, string> => ({
  [encryptionKey]: String(settings.encryption.key),
  ...permanentMetadata(settings),
  ...placeMetadata(lookedUp),
});

function placeMetadata({ zones, existingVpc, images }: LookedUp): Record<string, string> {
  const flatcar = [...new Set(images.map(({ release }) => release))].join();
  if (!existingVpc) return { flatcar, zones: zones.join() };
  const ids = (subnets: readonly PlacedSubnet[]) => subnets.map(({ id }) => id).join();
  const { privateSubnets, publicSubnets } = existingVpc;
  return {
    flatcar,
    "private-subnets": ids(privateSubnets),
    ...(publicSubnets.length > 0 && { "public-subnets": ids(publicSubnets) }),
  };
}

/** A list in the cluster's metadata; undefined if it has none of this name. */
export const metadataList = (metadata: ClusterMetadata | undefined, name: string): string[] | undefined =>
  metadata?.[name]?.split(",");

/**
 * The metadata of the cluster that is there. Without a node store, or an object in it, there is none yet.
 *
 * @throws WrongSettings when the node store cannot be looked at
 */
export async function readClusterMetadata(
  { encryption }: Settings,
  bucket: string,
  opts: pulumi.InvokeOptions,
): Promise<ClusterMetadata | undefined> {
  try {
    return await metadataIn(bucket, opts);
  } catch (error) {
    const remedy = `cannot look at s3://${bucket}/${encryptionConfig}: ${(error as Error).message}`;
    throw new WrongSettings({ key: "encryption.key", value: encryption.key, remedy });
  }
}

/**
 * Compares the settings with the metadata of the cluster that is there; what they do not hold may have any value.
 *
 * @throws WrongSettings for a key of Secrets that may not follow, and for what a cluster keeps
 */
export async function checkClusterMetadata(
  settings: Settings,
  metadata: ClusterMetadata | undefined,
): Promise<void> {
  if (metadata === undefined) return;
  const { key } = settings.encryption;
  const noted = metadata[encryptionKey];
  const ofKey = noted === undefined ? [] : judgeEncryptionKey(key, Number(noted));
  const mistakes = [...ofKey, ...changedPermanentSettings(settings, metadata)];
  if (mistakes.length > 0) throw new WrongSettings(...mistakes);
  if (noted === undefined)
    await pulumi.log.info(
      "encryption.key: which one it was is not known; from now on it goes up by one at a time",
    );
}

async function metadataIn(bucket: string, opts: pulumi.InvokeOptions): Promise<ClusterMetadata | undefined> {
  // A list tells an absent object from one that may not be read; a look at the object itself does not.
  const list = aws.s3.getObjects({ bucket, prefix: encryptionConfig }, opts);
  const { keys } = await list.catch((error: Error) => {
    if (error.message.includes("NoSuchBucket")) return { keys: [] as string[] };
    throw error;
  });
  if (!keys.includes(encryptionConfig)) return undefined;
  // The provider downloads only bodies of a text type, and this is none: no secret is read.
  return (await aws.s3.getObject({ bucket, key: encryptionConfig }, opts)).metadata;
}
