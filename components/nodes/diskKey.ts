import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterScope } from "../../plan/names";

export interface DiskKeyArgs {
  readonly scope: ClusterScope;
  /** ARN of a customer's key that EBS encrypts with by default. */
  readonly keyArn: string;
  /** Role of the EBS CSI driver. @default the cluster has no such driver */
  readonly csiRoleArn?: pulumi.Input<string>;
}

/** What a service needs that starts instances with volumes of the key: https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html */
const operations = [
  "CreateGrant",
  "Decrypt",
  "DescribeKey",
  "Encrypt",
  "GenerateDataKey",
  "GenerateDataKeyWithoutPlaintext",
  "ReEncryptFrom",
  "ReEncryptTo",
];

/**
 * Lets those use a customer's key who make and attach volumes: without, instances end as soon as they start, and volumes stay
 * pending. A grant needs no word in the key's policy.
 */
export class DiskKey extends pulumi.ComponentResource {
  constructor(name: string, args: DiskKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm:index:DiskKey", name, {}, opts);
    const { cluster, partition, accountId } = args.scope;
    const grant = (to: string, granteePrincipal: pulumi.Input<string>) =>
      new aws.kms.Grant(
        `${name}-${to}`,
        { name: `${cluster}-${to}`, keyId: args.keyArn, granteePrincipal, operations },
        { parent: this },
      );
    grant(
      "auto-scaling",
      `arn:${partition}:iam::${accountId}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
    );
    if (args.csiRoleArn !== undefined) grant("ebs-csi", args.csiRoleArn);
    this.registerOutputs({});
  }
}

/** One for each key, named after it, so that another key changes nothing of the first one's. */
export const makeDiskKeys = (
  name: string,
  keyArns: readonly string[],
  args: Omit<DiskKeyArgs, "keyArn">,
  opts: pulumi.ComponentResourceOptions,
): DiskKey[] =>
  keyArns.map((keyArn) => new DiskKey(`${name}-${keyArn.split("/").pop()}`, { ...args, keyArn }, opts));
