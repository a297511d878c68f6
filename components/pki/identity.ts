import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { discoveryDocument, jsonWebKeySet } from "./issuerDocuments";
import { ownedTags } from "../../plan/names";

export interface IdentityArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly partition: string;
  readonly bucket: string;
  /** URL of the bucket's objects. */
  readonly issuer: string;
  readonly serviceAccountPublicKeyPem: pulumi.Input<string>;
}

const documents = [".well-known/openid-configuration", "keys.json"] as const;

/** Lets everybody read the two documents, which hold only a public key, and nothing else. */
export function publicDocuments(bucketArn: string): aws.iam.PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "PublicDocuments",
        Effect: "Allow",
        Principal: "*",
        Action: "s3:GetObject",
        Resource: documents.map((key) => `${bucketArn}/${key}`),
      },
    ],
  };
}

/**
 * Publishes the public keys of service-account tokens, so that AWS trusts the tokens and pods get their own
 * roles.
 */
export class Identity extends pulumi.ComponentResource {
  readonly providerArn: pulumi.Output<string>;

  constructor(name: string, args: IdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm:index:Identity", name, {}, opts);
    const parent = { parent: this };
    const bucket = new aws.s3.Bucket(
      name,
      { bucket: args.bucket, forceDestroy: true, tags: ownedTags(args.cluster, args.bucket) },
      parent,
    );
    const access = new aws.s3.BucketPublicAccessBlock(
      name,
      {
        bucket: bucket.bucket,
        blockPublicAcls: true,
        ignorePublicAcls: true,
        blockPublicPolicy: false,
        restrictPublicBuckets: false,
      },
      parent,
    );
    const policy = new aws.s3.BucketPolicy(
      name,
      { bucket: bucket.bucket, policy: publicDocuments(`arn:${args.partition}:s3:::${args.bucket}`) },
      { parent: this, dependsOn: access },
    );
    const contents = [
      discoveryDocument(args.issuer),
      pulumi.output(args.serviceAccountPublicKeyPem).apply(jsonWebKeySet),
    ];
    const published = documents.map(
      (key, i) =>
        new aws.s3.BucketObjectv2(
          `${name}-${key.split("/").pop()}`,
          { bucket: bucket.bucket, key, content: contents[i], contentType: "application/json" },
          parent,
        ),
    );
    const provider = new aws.iam.OpenIdConnectProvider(
      name,
      { url: args.issuer, clientIdLists: ["sts.amazonaws.com"], tags: ownedTags(args.cluster, args.bucket) },
      // AWS reads the documents when it starts to trust them.
      { parent: this, dependsOn: [...published, policy] },
    );
    this.providerArn = provider.arn;
    this.registerOutputs({ providerArn: this.providerArn });
  }
}
