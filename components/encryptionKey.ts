import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../settings";
import { WrongSettings } from "../settings/mistakes";

/** Where controllers find in the node store how Secrets are encrypted. */
export const encryptionObject = "encryption/encryption.yaml";

/** S3 metadata of that object which tells the number of its key: the next `pulumi up` reads it, and no secret. */
const keyMetadata = "encryption-key";

export const encryptionMetadata = (key: number) => ({ [keyMetadata]: String(key) });

/**
 * Looks whether Secrets may be written with this key after the `current` one: with it, or the next, as apiservers take the new
 * configuration one after the other and each must read what the others write. A smaller one never is: its configuration lacks
 * a key that nodes have, and they refuse it.
 *
 * @throws WrongSettings when it is another one
 */
export function judgeEncryptionKey(wanted: number, current: number): void {
  if (wanted === current || wanted === current + 1) return;
  const reason = wanted < current ? "no key is taken back" : "apiservers know the next one alone beforehand";
  const remedy = `Secrets are written with key ${current}, and ${reason}: use ${current} or ${current + 1}`;
  throw new WrongSettings({ key: "encryption.key", value: wanted, remedy });
}

/**
 * Looks up the key that Secrets are written with, and judges the wanted one. Without a node store, or an object in it,
 * any key may be the first; beside an object of a release that noted no number any may be the next.
 *
 * @throws WrongSettings as `judgeEncryptionKey`, and when the node store cannot be looked at
 */
export async function checkEncryptionKey({ key }: Settings["encryption"], bucket: string): Promise<void> {
  const metadata = await metadataOf(bucket).catch((error: Error) => {
    const remedy = `cannot look at s3://${bucket}/${encryptionObject}: ${error.message}`;
    throw new WrongSettings({ key: "encryption.key", value: key, remedy });
  });
  const noted = metadata?.[keyMetadata];
  if (noted !== undefined) judgeEncryptionKey(key, Number(noted));
  else if (metadata !== undefined)
    await pulumi.log.info(
      "encryption.key: which one it was is not known; from now on it goes up by one at a time",
    );
}

async function metadataOf(bucket: string): Promise<Record<string, string> | undefined> {
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
