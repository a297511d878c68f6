import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../settings";
import { WrongSettings } from "../../settings/errors";
import { changedChoices, choiceNotes } from "./permanentSettings";
import type { NodeImage } from "../../plan/nodeImages";
import { encryptionConfig } from "../../plan/nodeStoreKeys";
import { judgeEncryptionKey } from "./encryptionKey";
import type { Place, PlacedSubnet } from "../network/existingVpc";

/** Number of the key that encrypts Secrets. */
const keyNote = "encryption-key";

/** ARNs of the keys that encrypt disks and volumes. */
export const diskKeysNote = "disk-keys";

/**
 * What is noted of a cluster, by note. Any of it may be missing, or older than the last `pulumi up`: a hand may have written the
 * object anew, or put an older version of it back.
 */
export type Notes = Readonly<Record<string, string | undefined>>;

/** The cluster's place in AWS, and the releases of its nodes. */
interface Ground extends Place {
  readonly images: readonly NodeImage[];
  readonly diskKeys: readonly string[];
}

/**
 * Facts about the cluster that the next `pulumi up` needs, as S3 metadata of `encryptionConfig`. They are not
 * secret, and reading them downloads no secret.
 */
export const clusterNotes = (settings: Settings, ground: Ground): Record<string, string> => ({
  [keyNote]: String(settings.encryption.key),
  ...choiceNotes(settings),
  ...groundNotes(ground),
});

function groundNotes({ zones, existingVpc, images, diskKeys }: Ground): Record<string, string> {
  const flatcar = [...new Set(images.map(({ release }) => release))].join();
  const keys: Record<string, string> = diskKeys.length > 0 ? { [diskKeysNote]: diskKeys.join() } : {};
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

/** A list in the cluster's notes; undefined if there is none. */
export const notedList = (notes: Notes | undefined, note: string): string[] | undefined =>
  notes?.[note]?.split(",");

/**
 * The notes of the existing cluster. Without a node store, or an object in it, there is no cluster yet.
 * @throws WrongSettings when the node store cannot be read
 */
export async function readClusterNotes(
  { encryption }: Settings,
  bucket: string,
  opts: pulumi.InvokeOptions,
): Promise<Notes | undefined> {
  try {
    return await notesIn(bucket, opts);
  } catch (error) {
    const remedy = `cannot look at s3://${bucket}/${encryptionConfig}: ${(error as Error).message}`;
    throw new WrongSettings({ key: "encryption.key", value: encryption.key, remedy });
  }
}

/**
 * Compares the settings with the notes of the cluster that is there; without a note any value is right.
 *
 * @throws WrongSettings for a key of Secrets that may not follow, and for what a cluster keeps
 */
export async function checkClusterNotes(settings: Settings, notes: Notes | undefined): Promise<void> {
  if (notes === undefined) return;
  const { key } = settings.encryption;
  const noted = notes[keyNote];
  const ofKey = noted === undefined ? [] : judgeEncryptionKey(key, Number(noted));
  const mistakes = [...ofKey, ...changedChoices(settings, notes)];
  if (mistakes.length > 0) throw new WrongSettings(...mistakes);
  if (noted === undefined)
    await pulumi.log.info(
      "encryption.key: which one it was is not known; from now on it goes up by one at a time",
    );
}

async function notesIn(bucket: string, opts: pulumi.InvokeOptions): Promise<Notes | undefined> {
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
