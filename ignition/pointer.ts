import { IgnitionConfig } from "./spec";

/** An Ignition configuration in the node store. */
export interface StoredConfig {
  bucket: string;
  /** Of its content alone. */
  key: string;
  /** Hex. */
  sha512: string;
}

/** What EC2 takes, before base64: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html */
export const userDataLimitBytes = 16_384;

/**
 * User data that holds nothing but where the node's real config is and what it must hash to. The key is of the content, so an
 * old launch template version stays bootable. Throws at 16 384 bytes or more.
 */
export function pointerUserData({ bucket, key, sha512 }: StoredConfig): string {
  const config = {
    ignition: {
      version: "3.4.0",
      config: {
        replace: {
          source: `s3://${bucket}/${key}`,
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
