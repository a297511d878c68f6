import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Mistake } from "../settings/errors";
import { lookUpIfAllowed, refuseNew } from "./lookUp";

/**
 * Block Public Access of the account or its organisation:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
export interface PublicAccessBlock {
  /** S3 rejects a bucket policy that lets everybody read. */
  readonly blockPublicPolicy: boolean;
  /** S3 ignores such a policy for requests from outside the account. */
  readonly restrictPublicBuckets: boolean;
}

/**
 * Why nobody could read the documents of the service-account issuer; empty if everybody can. The account's
 * block overrides the bucket's own settings.
 */
export function judgePublicAccess(block: PublicAccessBlock, accountId: string): Mistake[] {
  const inTheWay = [
    ...(block.blockPublicPolicy ? ["BlockPublicPolicy"] : []),
    ...(block.restrictPublicBuckets ? ["RestrictPublicBuckets"] : []),
  ];
  if (inTheWay.length === 0) return [];
  const remedy =
    "AWS could not read the public key of service accounts, so no pod would get a role: turn it off for the account " +
    "(S3, Block Public Access settings for this account; no other bucket becomes public), or in the organisation's S3 policy, or use another account";
  return [{ account: accountId, key: "S3 Block Public Access", value: inTheWay.join(" and "), remedy }];
}

/** The provider's error for an account that has no block. */
const noBlock = /couldn't find resource|NoSuchPublicAccessBlockConfiguration/;

/**
 * Checks that the issuer's documents can be public.
 * @throws WrongSettings when a new cluster's documents could not be
 */
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
