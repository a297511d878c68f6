import type { InstanceFacts } from "./instances";
import type { RoleCredentials } from "../credentials/roleCredentials";

/** Everything in an instance's metadata, by path below `latest/`; directories end in a slash. */
export type MetadataTree = Readonly<Record<string, string | Buffer>>;

/**
 * An instance's metadata. `interruption` is the time at which EC2 takes a Spot instance back, if it has a
 * notice.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-metadata.html#instancedata-data-categories,
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-identity-documents.html,
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
 */
export function metadataTree(
  instance: InstanceFacts,
  credentials: RoleCredentials | undefined,
  userData: Buffer,
  interruption?: Date,
): MetadataTree {
  const { profile, targetLifecycleState } = instance;
  const values: Record<string, string | Buffer | undefined> = {
    "dynamic/instance-identity/document": identityDocument(instance),
    "meta-data/ami-id": instance.imageId,
    "meta-data/autoscaling/target-lifecycle-state": targetLifecycleState,
    "meta-data/hostname": instance.privateDnsName,
    "meta-data/iam/info":
      profile && json({ Code: "Success", InstanceProfileArn: profile.arn, InstanceProfileId: profile.id }),
    "meta-data/instance-id": instance.id,
    "meta-data/instance-type": instance.instanceType,
    "meta-data/local-hostname": instance.privateDnsName,
    "meta-data/local-ipv4": instance.privateIp,
    "meta-data/mac": instance.mac,
    "meta-data/placement/availability-zone": instance.availabilityZone,
    "meta-data/placement/region": instance.region,
    "meta-data/spot/instance-action":
      interruption && json({ action: "terminate", time: seconds(interruption) }),
    "user-data": userData.length > 0 ? userData : undefined,
  };
  if (credentials)
    values[`meta-data/iam/security-credentials/${credentials.roleName}`] = credentialsDocument(credentials);
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string | Buffer] => entry[1] !== undefined),
  );
}

/**
 * The value at a path such as `/latest/meta-data/`, or a directory's listing; undefined if nothing is there.
 */
export function metadataAt(tree: MetadataTree, path: string): string | Buffer | undefined {
  // `latest` or the date of a version: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
  const [, asked] = /^\/(?:latest|\d{4}-\d\d-\d\d)\/+(.*)$/.exec(path) ?? [];
  if (asked === undefined) return undefined;
  if (tree[asked] !== undefined) return tree[asked];
  const directory = asked === "" || asked.endsWith("/") ? asked : `${asked}/`;
  const below = Object.keys(tree).filter((each) => each.startsWith(directory));
  const names = below.map((each) => each.slice(directory.length).replace(/\/.*/, "/"));
  return names.length > 0 ? [...new Set(names)].sort().join("\n") : undefined;
}

function credentialsDocument(credentials: RoleCredentials): string {
  return json({
    Code: "Success",
    LastUpdated: seconds(credentials.issued),
    Type: "AWS-HMAC",
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    Token: credentials.sessionToken,
    Expiration: seconds(credentials.expiration),
  });
}

function identityDocument(instance: InstanceFacts): string {
  return json({
    accountId: instance.accountId,
    architecture: instance.architecture,
    availabilityZone: instance.availabilityZone,
    imageId: instance.imageId,
    instanceId: instance.id,
    instanceType: instance.instanceType,
    pendingTime: seconds(instance.launchTime),
    privateIp: instance.privateIp,
    region: instance.region,
    version: "2017-09-30",
  });
}

const json = (value: object) => JSON.stringify(value, undefined, 2);

const seconds = (time: Date) => `${time.toISOString().slice(0, 19)}Z`;
