import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { folders, restoreRequest, snapshotFolder } from "../../plan/nodeStoreKeys";

export interface BackupsArgs {
  readonly bucket: pulumi.Input<string>;
  readonly retentionDays: number;
  /** The snapshot with which the next epoch starts. @default none */
  readonly restore?: { readonly snapshot: string; readonly epoch: number };
}

/** Deletes versions of objects below `prefix` some days after they were replaced. */
const replaced = (prefix: string, days: number) => ({
  id: prefix,
  status: "Enabled",
  filter: { prefix },
  noncurrentVersionExpiration: { noncurrentDays: days },
});

/**
 * How long the node store keeps snapshots, and replaced versions of everything else; and the snapshot to go
 * back to.
 */
export class Backups extends pulumi.ComponentResource {
  /** s3:// URL of the snapshots' folder. */
  readonly location: pulumi.Output<string>;

  constructor(name: string, args: BackupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm:index:Backups", name, {}, opts);
    new aws.s3.BucketLifecycleConfiguration(
      name,
      {
        bucket: args.bucket,
        rules: [
          {
            id: "snapshots",
            status: "Enabled",
            filter: { prefix: snapshotFolder },
            expiration: { days: args.retentionDays },
            // As long as an undeleted snapshot: one that somebody has deleted or replaced can still be
            // restored.
            noncurrentVersionExpiration: { noncurrentDays: args.retentionDays },
          },
          // Their names come from their content, so none is replaced. A deleted one can still be restored.
          replaced(folders.ignition, 365),
          replaced(folders.pki, 30),
          replaced(folders.encryption, 30),
          replaced(folders.settings, 30),
          replaced(folders.bootstrap, 1),
          replaced(folders.addons, 30),
        ],
      },
      { parent: this },
    );
    if (args.restore) {
      new aws.s3.BucketObjectv2(
        `${name}-restore`,
        {
          bucket: args.bucket,
          key: restoreRequest,
          content: JSON.stringify(args.restore),
          contentType: "application/json",
        },
        { parent: this },
      );
    }
    this.location = pulumi.interpolate`s3://${args.bucket}/${snapshotFolder}`;
    this.registerOutputs({ location: this.location });
  }
}
