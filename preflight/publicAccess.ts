import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Mistake } from "../settings/errors";
import { lookUpIfAllowed, refuseNew } from "./lookUp";

/** What the account, or its organisation, forbids of buckets: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html */
export interface PublicAccessBlock {
  /** No bucket gets a policy that lets everybody read. */
  readonly blockPublicPolicy: boolean;
  /** Such a policy counts for nothing. */
  readonly restrictPublicBuckets: boolean;
}

/** What of the account's block keeps the service-account issuer's documents from being read. It wins over the bucket's own. */
export function judgePublicAccess(block: PublicAccessBlock, accountId: string): Mistake[] {
  const inTheWay = [
    ...(block.blockPublicPolicy ? ["BlockPublicPolicy"] : []),
    ...(block.restrictPublicBuckets ? ["RestrictPublicBuckets"] : []),
  ];
  if (inTheWay.length === 0) return [];
  const remedy =
    "AWS could not read the public key of service accounts, and no pod would get a role: turn this off for the account " +
    "(S3, Block Public Access settings for this account; no other bucket becomes public), or in the organisation's S3 policy, or use another account";
  return [{ account: accountId, key: "S3 Block Public Access", value: inTheWay.join(" and "), remedy }];
}

/** How the provider tells that an account has no such block. */
const noBlock = /couldn't find resource|NoSuchPublicAccessBlockConfiguration/;

/** @throws WrongSettings when a new cluster's documents could not be public */
export async function checkPublicAccess(
  accountId: string,
  isStanding: boolean,
  opts: pulumi.InvokeOptions,
): Promise<void> {
  const answer = aws.s3.getAccountPublicAccessBlock({}, opts).catch((error: Error) => {
    if (noBlock.test(error.message)) return undefined;
    throw error;
  });
  const block = await lookUpIfAllowed("S3 Block Public Access of the account", answer);
  if (block !== undefined) await refuseNew(judgePublicAccess(block, accountId), isStanding);
}
