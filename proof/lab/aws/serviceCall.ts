import type { Call } from "./call";

/** Questions to the deployed resources, to find the ones that a call is about. */
export interface DeployedResources {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  /** ARN of an Auto Scaling group; undefined if no group has the name. */
  groupArn(name: string): Promise<string | undefined>;
  /** ARN of the KMS key that encrypts an object; undefined without an object, or for keys of S3's own. */
  objectKeyArn(bucket: string, key: string, versionId: string | undefined): Promise<string | undefined>;
  /** ARN of the KMS key that encrypts new objects of a bucket; undefined as above. */
  defaultKeyArn(bucket: string): Promise<string | undefined>;
}

/** A call to the service, addressed to `bucket` if its host name has one. */
export interface ServiceCall extends Call {
  readonly service: string;
  readonly bucket?: string;
}

/**
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html; the lab serves
 * only TLS.
 */
export const commonContext = { "aws:securetransport": ["true"] };

export function unknownCall(service: string, call: string): Error {
  return new Error(
    `the lab does not know which permission ${service} ${call} needs: add it to requiredPermissions.ts`,
  );
}
