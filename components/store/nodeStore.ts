import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ownedTags } from "../../plan/names";
import { formationPrefix, formedPrefix, snapshotFolder } from "../../plan/nodeStoreKeys";

export interface NodeStoreArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly bucket: string;
  readonly partition: string;
  /** Contents by key. */
  readonly objects: Readonly<Record<string, pulumi.Input<string>>>;
  /** S3 metadata by the key of its object; not secret. */
  readonly metadata: Readonly<Record<string, Record<string, string>>>;
  /** Resources that the metadata describe: metadata must not be written before they exist. */
  readonly noted: pulumi.Resource[];
  /** Refuse to delete the bucket and its key; otherwise both are deleted with their content. */
  readonly protect: boolean;
}

/** Refuses every request without TLS. */
const tlsOnly = (bucketArn: string): aws.iam.PolicyStatement => ({
  Sid: "TlsOnly",
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: [bucketArn, `${bucketArn}/*`],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
});

/** Objects that nodes write only once: who forms the cluster, that it has formed, and snapshots. */
const formation = [`${formationPrefix}*`, `${formedPrefix}*`];
const writtenOnce = [...formation, `${snapshotFolder}*`];

/**
 * Nobody may delete the facts about the cluster, and nobody may overwrite these or a snapshot. This holds
 * also for an attacker with a controller's role. So a write must require that the object does not exist.
 * Copies and multipart uploads are denied, because they cannot require it. `pulumi destroy` deletes this
 * policy before the bucket. Lifecycle rules are S3's own and need no permission.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
 */
function factsStay(bucketArn: string): aws.iam.PolicyStatement[] {
  const everybody = { Effect: "Deny", Principal: "*" } as const;
  const arns = (keys: string[]) => keys.map((key) => `${bucketArn}/${key}`);
  return [
    {
      Sid: "FormationStays",
      ...everybody,
      Action: ["s3:DeleteObject", "s3:DeleteObjectVersion"],
      Resource: arns(formation),
    },
    {
      Sid: "WrittenOnce",
      ...everybody,
      Action: "s3:PutObject",
      Resource: arns(writtenOnce),
      Condition: { Null: { "s3:if-none-match": "true" } },
    },
  ];
}

/** The policy of the node store's bucket. */
export const nodeStorePolicy = (bucketArn: string): aws.iam.PolicyDocument => ({
  Version: "2012-10-17",
  Statement: [tlsOnly(bucketArn), ...factsStay(bucketArn)],
});

/**
 * The bucket with the nodes' configuration and keys, in which they keep their formation objects and
 * snapshots.
 */
export class NodeStore extends pulumi.ComponentResource {
  readonly bucket: pulumi.Output<string>;
  readonly keyArn: pulumi.Output<string>;
  /** Resources that close and encrypt the bucket: they exist before anything is put into it. */
  readonly secured: readonly pulumi.Resource[];

  constructor(name: string, args: NodeStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm:index:NodeStore", name, {}, opts);
    const parent = { parent: this };
    // Not false, which would remove the protection that the owner of this component has set.
    const kept = { parent: this, protect: args.protect || undefined };
    const key = new aws.kms.Key(
      name,
      {
        description: `Node store of the Kubernetes cluster ${args.cluster}`,
        enableKeyRotation: true,
        deletionWindowInDays: args.protect ? 30 : 7,
        tags: ownedTags(args.cluster, args.bucket),
      },
      kept,
    );
    new aws.kms.Alias(name, { name: `alias/${args.bucket}`, targetKeyId: key.keyId }, parent);
    const bucket = new aws.s3.Bucket(
      name,
      { bucket: args.bucket, forceDestroy: !args.protect, tags: ownedTags(args.cluster, args.bucket) },
      kept,
    );
    const versioning = new aws.s3.BucketVersioning(
      name,
      { bucket: bucket.bucket, versioningConfiguration: { status: "Enabled" } },
      parent,
    );
    const encryption = new aws.s3.BucketServerSideEncryptionConfiguration(
      name,
      {
        bucket: bucket.bucket,
        rules: [
          {
            applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn },
            bucketKeyEnabled: true,
          },
        ],
      },
      parent,
    );
    const access = new aws.s3.BucketPublicAccessBlock(
      name,
      {
        bucket: bucket.bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      parent,
    );
    const policy = new aws.s3.BucketPolicy(
      name,
      { bucket: bucket.bucket, policy: nodeStorePolicy(`arn:${args.partition}:s3:::${args.bucket}`) },
      { parent: this, dependsOn: access },
    );
    const secured = [versioning, encryption, access, policy];
    for (const [objectKey, content] of Object.entries(args.objects)) {
      const metadata = args.metadata[objectKey] as Record<string, string> | undefined;
      new aws.s3.BucketObjectv2(
        `${name}-${objectKey.replaceAll("/", "-")}`,
        { bucket: bucket.bucket, key: objectKey, content, metadata },
        { parent: this, dependsOn: metadata ? [...secured, ...args.noted] : secured },
      );
    }
    this.bucket = pulumi.all([bucket.bucket, ...secured.map(({ id }) => id)]).apply(([made]) => made);
    this.keyArn = key.arn;
    this.secured = secured;
    this.registerOutputs({ bucket: this.bucket, keyArn: this.keyArn });
  }
}
