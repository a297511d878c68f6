import { AutoScaling } from "@aws-sdk/client-auto-scaling";
import { EC2 } from "@aws-sdk/client-ec2";
import { IAM } from "@aws-sdk/client-iam";
import { KMS } from "@aws-sdk/client-kms";
import { S3 } from "@aws-sdk/client-s3";
import { STS } from "@aws-sdk/client-sts";
import { enforcementKeyId, observer } from "../../local/aws/environment";

export type Clients = ReturnType<typeof localClients>;

/** Clients of the local AWS itself, which accepts any keys. The front door asks it for deployed resources. */
export function localClients(localAws: URL, region: string) {
  const settings = { endpoint: localAws.href, region, ...observer };
  return {
    autoScaling: new AutoScaling(settings),
    ec2: new EC2(settings),
    // By the policies that hold, and not by those that were just put.
    iam: new IAM({ ...settings, credentials: { accessKeyId: enforcementKeyId, secretAccessKey: "local" } }),
    kms: new KMS(settings),
    s3: new S3({ ...settings, forcePathStyle: true }),
    sts: new STS(settings),
  };
}
