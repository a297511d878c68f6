import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../settings";
import { WrongSettings } from "../../settings/errors";
import { changedPermanentSettings, permanentMetadata } from "./permanentSettings";
import type { NodeImage } from "../../plan/nodeImages";
import { encryptionConfig } from "../../plan/nodeStoreKeys";
import { judgeEncryptionKey } from "./encryptionKey";
import type { Place, PlacedSubnet } from "../network/existingVpc";

/** Number of the key that encrypts Secrets. */
const encryptionKeyName = "encryption-key";

/** ARNs of the keys that encrypt disks and volumes. */
export const diskKeysName = "disk-keys";

/**
 * The metadata of a cluster, by name. Any of it may be missing, or older than the last `pulumi up`: somebody may
 * have written the object by hand, or have restored an older version.
 */
export type ClusterMetadata = Readonly<Record<string, string | undefined>>;

/** The cluster's place in AWS, and the releases of its nodes. */
interface LookedUp extends Place {
  readonly images: readonly NodeImage[];
  readonly diskKeys: readonly string[];
}

/**
 * Facts about the cluster that the next `pulumi up` needs, as S3 metadata of `encryptionConfig`. They are not
 * secret, and reading them downloads no secret.
 */
export const clusterMetadata = (settings: Settings, lookedUp: LookedUp): Record<string, string> => ({
  [encryptionKeyName]: String(settings.encryption.key),
  ...permanentMetadata(settings),
  ...placeMetadata(lookedUp),
});

function placeMetadata({ zones, existingVpc, images, diskKeys }: LookedUp): Record<string, string> {
  const flatcar = [...new Set(images.map(({ release }) => release))].join();
  const keys: Record<string, string> = diskKeys.length > 0 ? { [diskKeysName]: diskKeys.join() } : {};
  if (!existingVpc) return { flatcar, ...keys, zones: zones.join() };
  const ids = (subnets: readonly PlacedSubnet[]) => subnets.map(({ id }) => id).join();
  const { privateSubnets, publicSubnets } = existingVpc;
  return {
    flatcar,
    ...keys,
    "private-subnets": ids(privateSubnets),
    ...(publicSubnets.length > 0 && { "public-subnets": ids(publicSubnets) }),
  };
}

/** A list in the cluster's metadata; undefined if there is none. */
export const metadataList = (metadata: ClusterMetadata | undefined, name: string): string[] | undefined =>
  metadata?.[name]?.split(",");

/**
 * The metadata of the existing cluster. Without a node store, or an object in it, there is no cluster yet.
 * @throws WrongSettings when the node store cannot be read
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
 * Compares the settings with the metadata of the existing cluster. A setting without metadata may have any value.
 *
 * @throws WrongSettings for a key of Secrets that may not come next, and for a change of a permanent setting
 */
export async function checkClusterMetadata(
  settings: Settings,
  metadata: ClusterMetadata | undefined,
): Promise<void> {
  if (metadata === undefined) return;
  const { key } = settings.encryption;
  const noted = metadata[encryptionKeyName];
  const ofKey = noted === undefined ? [] : judgeEncryptionKey(key, Number(noted));
  const mistakes = [...ofKey, ...changedPermanentSettings(settings, metadata)];
  if (mistakes.length > 0) throw new WrongSettings(...mistakes);
  if (noted === undefined)
    await pulumi.log.info(
      "encryption.key: the cluster's current key number is not known; from now on, raise it by one at a time",
    );
}

async function metadataIn(bucket: string, opts: pulumi.InvokeOptions): Promise<ClusterMetadata | undefined> {
  // A list shows whether an object is absent or may not be read; a request for the object itself does not.
  const list = aws.s3.getObjects({ bucket, prefix: encryptionConfig }, opts);
  const { keys } = await list.catch((error: Error) => {
    if (error.message.includes("NoSuchBucket")) return { keys: [] as string[] };
    throw error;
  });
  if (!keys.includes(encryptionConfig)) return undefined;
  // The provider downloads only bodies of a text type, and this one has another type. So no secret is read.
  return (await aws.s3.getObject({ bucket, key: encryptionConfig }, opts)).metadata;
}
