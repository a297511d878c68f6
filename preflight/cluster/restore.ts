import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../settings";
import { WrongSettings } from "../../settings/errors";
import { formationEpoch, formationPrefix, snapshotFolder } from "../../plan/nodeStoreKeys";

type Restore = NonNullable<Settings["restore"]>;

/** The content of the node store that a restore depends on. */
export interface StoredObjects {
  /** Name of the node store. */
  readonly bucket: string;
  /** Keys that begin like formations' keys. */
  readonly formations: readonly string[];
  /** Keys that begin like the wanted snapshot's key. */
  readonly snapshots: readonly string[];
}

/**
 * Whether a restore is still to come. Once its epoch has begun, it is never done again.
 * @throws WrongSettings when the epoch is not the next one, or the snapshot does not exist
 */
export function judgeRestore({ snapshot, epoch }: Restore, facts: StoredObjects): "to come" | "begun" {
  const epochs = facts.formations.map((key) => formationEpoch(key) ?? 0);
  const newest = Math.max(0, ...epochs);
  if (epoch <= newest) return "begun";
  const mistakes = [];
  if (epoch !== newest + 1) {
    const remedy =
      newest === 0
        ? "no cluster has formed here yet: remove restore"
        : `the newest epoch is ${newest}: use ${newest + 1}`;
    mistakes.push({ key: "restore.epoch", value: epoch, remedy });
  }
  if (!facts.snapshots.includes(snapshot)) {
    const remedy = `no such object: list the snapshots with aws s3 ls s3://${facts.bucket}/${snapshotFolder}`;
    mistakes.push({ key: "restore.snapshot", value: snapshot, remedy });
  }
  if (mistakes.length > 0) throw new WrongSettings(...mistakes);
  return "to come";
}

/**
 * Checks whether the restore in the settings is possible, and warns of its effect. It needs only a list of
 * keys. Each controller checks the snapshot's content before it stops anything.
 * @throws WrongSettings as `judgeRestore`, and when the node store cannot be listed
 */
export async function checkRestore(
  restore: Settings["restore"],
  bucket: string,
  opts: pulumi.InvokeOptions,
): Promise<void> {
  if (!restore) return;
  const list = async (prefix: string) => (await aws.s3.getObjects({ bucket, prefix }, opts)).keys;
  const [formations, snapshots] = await Promise.all([list(formationPrefix), list(restore.snapshot)]).catch(
    (error: Error) => {
      throw new WrongSettings({
        key: "restore",
        value: restore,
        remedy: `cannot list s3://${bucket}: ${error.message}`,
      });
    },
  );
  const state = judgeRestore(restore, { bucket, formations, snapshots });
  await pulumi.log.warn(
    state === "begun"
      ? `restore: epoch ${restore.epoch} has already begun, so this setting does nothing: remove it`
      : `restore: etcd goes back to ${restore.snapshot}. All later writes are lost, and the API of every controller stops during the restore`,
  );
}
