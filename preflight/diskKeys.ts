import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Mistake } from "../settings/errors";
import { lookUpIfAllowed, refuseNew } from "./lookUp";

/** The key that EBS encrypts with where nobody names one: https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html */
export interface DefaultKey {
  readonly arn: string;
  /** KMS's word for whether it can be used: `Enabled`, or why not. */
  readonly keyState: string;
  /** Whether Auto Scaling has the role that the key is granted to. */
  readonly hasAutoScalingRole: boolean;
}

/** What keeps nodes from a customer's own key. */
export function judgeDefaultKey(key: DefaultKey, accountId: string): Mistake[] {
  const mistake = (remedy: string): Mistake => ({
    account: accountId,
    key: "default key of EBS volumes",
    value: key.arn,
    remedy,
  });
  return [
    ...(key.keyState === "Enabled"
      ? []
      : [
          mistake(
            `is ${key.keyState}, so no instance starts: enable it, or set another one (aws ec2 modify-ebs-default-kms-key-id)`,
          ),
        ]),
    ...(key.hasAutoScalingRole
      ? []
      : [
          mistake(
            "cannot be granted to Auto Scaling, which has no role here yet: aws iam create-service-linked-role --aws-service-name autoscaling.amazonaws.com",
          ),
        ]),
  ];
}

/**
 * Keys of customers that disks and volumes of the cluster are encrypted with: the region's default one, and those that it was
 * before, as volumes keep theirs. AWS's own key, the usual default, needs no grant and is none of them.
 *
 * @param noted ARNs that the cluster has noted
 * @throws WrongSettings when a new cluster's nodes could not use the default key
 */
export async function findDiskKeys(
  accountId: string,
  noted: readonly string[],
  isStanding: boolean,
  opts: pulumi.InvokeOptions,
): Promise<string[]> {
  const [current, kept] = await Promise.all([
    findDefaultKey(opts),
    Promise.all(noted.map(async (arn) => ((await isGone(arn, opts)) ? [] : [arn]))),
  ]);
  if (current === undefined) return kept.flat();
  await refuseNew(judgeDefaultKey(current, accountId), isStanding);
  return [...new Set([...kept.flat(), current.arn])];
}

async function findDefaultKey(opts: pulumi.InvokeOptions): Promise<DefaultKey | undefined> {
  const what = "the default key of EBS volumes";
  const found = await lookUpIfAllowed(what, aws.ebs.getDefaultKmsKey({}, opts));
  if (found === undefined || found.keyArn.endsWith("alias/aws/ebs")) return undefined;
  const key = await lookUpIfAllowed(what, aws.kms.getKey({ keyId: found.keyArn }, opts));
  if (key?.keyManager !== "CUSTOMER") return undefined;
  const roles = await lookUpIfAllowed(
    "the role of Auto Scaling",
    aws.iam.getRoles({ pathPrefix: "/aws-service-role/autoscaling.amazonaws.com/" }, opts),
  );
  const hasAutoScalingRole = roles?.names.includes("AWSServiceRoleForAutoScaling") ?? true;
  return { arn: key.arn, keyState: key.keyState, hasAutoScalingRole };
}

/** Whether KMS has deleted a key, and its grants with it. */
async function isGone(keyId: string, opts: pulumi.InvokeOptions): Promise<boolean> {
  try {
    await aws.kms.getKey({ keyId }, opts);
    return false;
  } catch (error) {
    return (error as Error).message.includes("NotFoundException");
  }
}
