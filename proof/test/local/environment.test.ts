import assert from "node:assert/strict";
import { localAwsEnvironment, localAwsUrl } from "../../local/aws/environment";
import { localStackFile } from "../../local/stack";

describe("the way to real AWS", () => {
  const user = {
    HOME: "/home/ann",
    AWS_PROFILE: "production",
    AWS_ACCESS_KEY_ID: "AKIAREAL",
    AWS_SESSION_TOKEN: "real",
    AWS_ENDPOINT_URL_S3: "https://s3.eu-central-1.amazonaws.com",
    AWS_WEB_IDENTITY_TOKEN_FILE: "/token",
  };

  it("is closed: none of the user's AWS settings is left, and no file or service can add one", () => {
    assert.deepEqual(localAwsEnvironment(user, localAwsUrl(4566), "eu-central-1"), {
      HOME: "/home/ann",
      AWS_ENDPOINT_URL: "http://127.0.0.1:4566",
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
      NO_PROXY: "127.0.0.1",
      no_proxy: "127.0.0.1",
    });
  });

  it("is closed by address: no endpoint but this machine's", () => {
    for (const url of [
      "https://ec2.eu-central-1.amazonaws.com",
      "http://10.0.0.1:4566",
      "http://127.0.0.1.example:4566",
    ]) {
      assert.throws(() => localAwsEnvironment(user, url, "eu-central-1"), /is not on 127\.0\.0\.1/);
    }
  });

  it("is closed in the stack's settings: profile, roles, accounts, endpoints and its secrets provider stay out", () => {
    const given = {
      secretsprovider: "awskms://alias/pulumi?region=eu-central-1",
      encryptedkey: "AQ==",
      config: {
        "aws:region": "eu-central-1",
        "aws:defaultTags": { tags: { team: "platform" } },
        "aws:profile": "production",
        "aws:allowedAccountIds": ["210987654321"],
        "aws:assumeRoles": [{ roleArn: "arn:aws:iam::210987654321:role/deploy" }],
        "aws:endpoints": [{ ec2: "https://ec2.eu-central-1.amazonaws.com" }],
        "pulumi-kubeadm:name": "demo",
      },
    };
    assert.deepEqual(localStackFile(given, "v1:salt"), {
      encryptionsalt: "v1:salt",
      config: {
        "aws:region": "eu-central-1",
        "aws:defaultTags": { tags: { team: "platform" } },
        "pulumi-kubeadm:name": "demo",
      },
    });
  });
});
