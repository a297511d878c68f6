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

/**
 * KMS operations of a service that attaches volumes with the key:
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
 */
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
 * Grants a customer's key to Auto Scaling and to the EBS CSI driver. Without the grants, instances terminate
 * at launch and volumes stay pending. A grant needs no change of the key's policy.
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

/** Makes one component for each key. Its name contains the key's id, so a new key changes no other. */
export const makeDiskKeys = (
  name: string,
  keyArns: readonly string[],
  args: Omit<DiskKeyArgs, "keyArn">,
  opts: pulumi.ComponentResourceOptions,
): DiskKey[] =>
  keyArns.map((keyArn) => new DiskKey(`${name}-${keyArn.split("/").pop()}`, { ...args, keyArn }, opts));
