import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../settings";
import { WrongSettings } from "../settings/mistakes";
import { changedChoices, choiceNotes } from "./chosenOnce";
import { encryptionObject, judgeEncryptionKey } from "./encryptionKey";

/** Of the key that Secrets are written with, its number. */
const keyNote = "encryption-key";

/** What the next `pulumi up` has to know of the cluster, as S3 metadata of `encryptionObject`: no secret, read without one. */
export const clusterNotes = (settings: Settings): Record<string, string> => ({
  [keyNote]: String(settings.encryption.key),
  ...choiceNotes(settings),
});

/**
 * Compares the settings with the notes of the cluster that is there. Without a node store, or an object in it, there is none yet;
 * one made by a release that noted less is taken as it is.
 *
 * @throws WrongSettings for a key of Secrets that may not follow, for what a cluster keeps, and when the node store cannot be
 *   looked at
 */
export async function checkClusterNotes(settings: Settings, bucket: string): Promise<void> {
  const { key } = settings.encryption;
  const notes = await notesIn(bucket).catch((error: Error) => {
    const remedy = `cannot look at s3://${bucket}/${encryptionObject}: ${error.message}`;
    throw new WrongSettings({ key: "encryption.key", value: key, remedy });
  });
  if (notes === undefined) return;
  const noted = notes[keyNote];
  const ofKey = noted === undefined ? [] : judgeEncryptionKey(key, Number(noted));
  const mistakes = [...ofKey, ...changedChoices(settings, notes)];
  if (mistakes.length > 0) throw new WrongSettings(...mistakes);
  if (noted === undefined)
    await pulumi.log.info(
      "encryption.key: which one it was is not known; from now on it goes up by one at a time",
    );
}

async function notesIn(bucket: string): Promise<Record<string, string> | undefined> {
  // A list tells an absent object from one that may not be read; a look at the object itself does not.
  const list = aws.s3.getObjects({ bucket, prefix: encryptionObject });
  const { keys } = await list.catch((error: Error) => {
    if (error.message.includes("NoSuchBucket")) return { keys: [] as string[] };
    throw error;
  });
  if (!keys.includes(encryptionObject)) return undefined;
  // Its keys stay where they are: the provider fetches no object that is not of a text's type.
  return (await aws.s3.getObject({ bucket, key: encryptionObject })).metadata;
}
