import { IgnitionConfig } from "./spec";

/** One version of an object in the node store. */
export interface StoredConfig {
  bucket: string;
  key: string;
  versionId: string;
  /** Hex. */
  sha512: string;
}

/** What EC2 takes, before base64: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html */
export const userDataLimitBytes = 16_384;

/**
 * User data that holds nothing but where the node's real config is and what it must hash to. The version id keeps an
 * old launch template version bootable after the object has changed. Throws at 16 384 bytes or more.
 */
export function pointerUserData({ bucket, key, versionId, sha512 }: StoredConfig): string {
  const config = {
    ignition: {
      version: "3.4.0",
      config: {
        replace: {
          source: `s3://${bucket}/${key}?versionId=${encodeURIComponent(versionId)}`,
          verification: { hash: `sha512-${sha512}` },
        },
      },
    },
  } satisfies IgnitionConfig;
  const userData = JSON.stringify(config);
  const bytes = Buffer.byteLength(userData);
  if (bytes >= userDataLimitBytes) {
    throw new Error(`user data for ${key} has ${bytes} bytes, EC2 takes less than ${userDataLimitBytes}`);
  }
  return userData;
}
