import { createHash } from "node:crypto";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { Route53 } from "@aws-sdk/client-route-53";
import { controllerStatements } from "../../../../components/nodes/nodePolicies";
import { nodeStorePolicy } from "../../../../components/store/nodeStore";
import { discoveryStatements } from "../../../../lambda/permissions";
import { pointerUserData } from "../../../../ignition/pointer";
import { configKey, controllerConfigs } from "../../../../plan/nodeStoreKeys";
import { localClients } from "../../../lab/aws/clients";

export const region = "us-east-1";
export const bucket = "store";
export const group = "blue-controllers";
export const zoneName = "blue.example.org";
const accountId = "123456789012";

/** What the node's configuration is: one file from the mirror. */
const config = JSON.stringify({
  ignition: { version: "3.4.0" },
  storage: {
    files: [
      { path: "/opt/bin/kubelet", contents: { source: "https://mirror.lab.internal/dl.k8s.io/kubelet" } },
    ],
  },
});

/** What the tests' account holds. */
export interface Account {
  /** Private address of the group's one instance. */
  readonly address: string;
  readonly instanceId: string;
  readonly zoneId: string;
  /** Its user data. */
  readonly userData: string;
  /** Key of the node's configuration in the bucket. */
  readonly configKey: string;
}

/** Fills the local AWS with what the product would deploy for one controller, as far as its calls go. */
export async function fillAccount(localAws: URL): Promise<Account> {
  const { autoScaling, ec2, iam, kms, s3 } = localClients(localAws, region);
  const { KeyMetadata: key } = await kms.createKey({});
  const keyArn = key?.Arn ?? "";
  for (const name of [bucket, "other"]) await s3.createBucket({ Bucket: name });
  await s3.putBucketVersioning({ Bucket: bucket, VersioningConfiguration: { Status: "Enabled" } });
  await s3.putBucketEncryption({
    Bucket: bucket,
    ServerSideEncryptionConfiguration: {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: keyArn } }],
    },
  });
  await s3.putBucketPolicy({
    Bucket: bucket,
    Policy: JSON.stringify(nodeStorePolicy(`arn:aws:s3:::${bucket}`)),
  });
  await new CloudWatchLogs({ endpoint: localAws.href, region, credentials: anyKey }).createLogGroup({
    logGroupName: "blue-nodes",
  });
  const sha512 = createHash("sha512").update(config).digest("hex");
  const storedAt = configKey(controllerConfigs, sha512);
  await s3.putObject({ Bucket: bucket, Key: storedAt, Body: config });
  await s3.putObject({ Bucket: bucket, Key: "secret", Body: "secret" });

  const route53 = new Route53({ endpoint: localAws.href, region, credentials: anyKey });
  const zone = await route53.createHostedZone({ Name: zoneName, CallerReference: "1" });
  const zoneId = zone.HostedZone?.Id?.split("/").at(-1) ?? "";

  const role = async (name: string, statements: object[]) => {
    await iam.createRole({ RoleName: name, AssumeRolePolicyDocument: "{}" });
    const document = JSON.stringify({ Version: "2012-10-17", Statement: statements });
    await iam.putRolePolicy({ RoleName: name, PolicyName: "own", PolicyDocument: document });
  };
  const facts = {
    cluster: "blue",
    partition: "aws",
    region,
    accountId,
    bucket,
    keyArn,
    group,
    configFolder: controllerConfigs,
    logGroup: "blue-nodes",
  };
  await role("controller", controllerStatements(facts));
  await role("discovery", discoveryStatements(`arn:aws:route53:::hostedzone/${zoneId}`, zoneName));
  await iam.createInstanceProfile({ InstanceProfileName: "controller" });
  await iam.addRoleToInstanceProfile({ InstanceProfileName: "controller", RoleName: "controller" });

  const { Vpc: vpc } = await ec2.createVpc({ CidrBlock: "10.0.0.0/16" });
  const { Subnet: subnet } = await ec2.createSubnet({ VpcId: vpc?.VpcId, CidrBlock: "10.0.0.0/20" });
  const userData = pointerUserData({ bucket, key: storedAt, sha512 });
  await ec2.createLaunchTemplate({
    LaunchTemplateName: group,
    LaunchTemplateData: {
      ImageId: "ami-12c6146b",
      InstanceType: "m7i.large",
      IamInstanceProfile: { Arn: `arn:aws:iam::${accountId}:instance-profile/controller` },
      UserData: Buffer.from(userData).toString("base64"),
      MetadataOptions: { HttpEndpoint: "enabled", HttpTokens: "required" },
    },
  });
  await autoScaling.createAutoScalingGroup({
    AutoScalingGroupName: group,
    LaunchTemplate: { LaunchTemplateName: group, Version: "1" },
    MinSize: 1,
    MaxSize: 1,
    VPCZoneIdentifier: subnet?.SubnetId,
  });
  const { Reservations = [] } = await ec2.describeInstances({});
  const [instance] = Reservations[0]?.Instances ?? [];
  return {
    address: instance.PrivateIpAddress ?? "",
    instanceId: instance.InstanceId ?? "",
    zoneId,
    userData,
    configKey: storedAt,
  };
}

const anyKey = { accessKeyId: "local", secretAccessKey: "local" };
