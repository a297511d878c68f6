import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Mistake } from "../settings/errors";
import { lookUpIfAllowed, refuseNew } from "./lookUp";

/**
 * The key that EBS uses for a volume that names none:
 * https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html
 */
export interface DefaultKey {
  readonly arn: string;
  /** The key's state in KMS. Only an `Enabled` key can encrypt. */
  readonly keyState: string;
  /** Whether the account has Auto Scaling's service-linked role, which needs a grant of the key. */
  readonly hasAutoScalingRole: boolean;
}

/** Why instances could not use a customer's key; empty if they can. */
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
            "cannot be granted to Auto Scaling, whose role does not exist yet: run aws iam create-service-linked-role --aws-service-name autoscaling.amazonaws.com",
          ),
        ]),
  ];
}

/**
 * ARNs of the customer's keys that encrypt the cluster's disks and volumes: the region's default key, and
 * earlier default keys, because a volume keeps its key. AWS's own key, the usual default, needs no grant, so
 * it is left out.
 * @param noted ARNs in the cluster's metadata
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

/** Whether KMS has deleted the key. Its grants are then deleted too. */
async function isGone(keyId: string, opts: pulumi.InvokeOptions): Promise<boolean> {
  try {
    await aws.kms.getKey({ keyId }, opts);
    return false;
  } catch (error) {
    return (error as Error).message.includes("NotFoundException");
  }
}
