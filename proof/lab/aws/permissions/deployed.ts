import type { Caller } from "./authorization";
import { Cached } from "../cached";
import type { Clients } from "../clients";
import { parsePolicy, type Statement } from "./policy";
import type { DeployedResources } from "../serviceCall";

/** Seconds until a changed policy takes effect; AWS takes about as long. */
const policySeconds = 3;

const unlessMissing =
  (...names: string[]) =>
  (error: unknown): undefined => {
    if (!names.includes((error as Error).name)) throw error;
  };

/** Roles, policies and encryption that are deployed in the local AWS. */
export class Deployed {
  private readonly roles: Cached<Caller>;
  private readonly bucketPolicies: Cached<Statement[]>;
  private readonly keyPolicies: Cached<Statement[]>;

  constructor(
    private readonly clients: Clients,
    private readonly region: string,
  ) {
    this.roles = new Cached(policySeconds, (name) => this.readRole(name));
    this.bucketPolicies = new Cached(policySeconds, (bucket) => this.readBucketPolicy(bucket));
    this.keyPolicies = new Cached(policySeconds, (arn) => this.readKeyPolicy(arn));
  }

  /** A role with all its policies, inline and attached. */
  role(name: string): Promise<Caller> {
    return this.roles.get(name);
  }

  bucketPolicy(bucket: string): Promise<Statement[]> {
    return this.bucketPolicies.get(bucket);
  }

  keyPolicy(arn: string): Promise<Statement[]> {
    return this.keyPolicies.get(arn);
  }

  /** The resources that a caller's call names, in the caller's account. */
  resources(caller: Caller): DeployedResources {
    const [, partition = "aws", , , accountId = ""] = caller.kind === "role" ? caller.arn.split(":") : [];
    return {
      partition,
      region: this.region,
      accountId,
      groupArn: (name) => this.groupArn(name),
      objectKeyArn: (bucket, key, versionId) => this.objectKeyArn(bucket, key, versionId),
      defaultKeyArn: (bucket) => this.defaultKeyArn(bucket),
    };
  }

  /** Region of a bucket; undefined if there is none of that name. */
  async bucketRegion(bucket: string): Promise<string | undefined> {
    const head = await this.clients.s3.headBucket({ Bucket: bucket }).catch(unlessMissing("NotFound"));
    return head?.BucketRegion;
  }

  private async readRole(name: string): Promise<Caller> {
    const { iam } = this.clients;
    const { Role: role } = await iam.getRole({ RoleName: name });
    const { PolicyNames: inline = [] } = await iam.listRolePolicies({ RoleName: name });
    const { AttachedPolicies: attached = [] } = await iam.listAttachedRolePolicies({ RoleName: name });
    const statements = [
      ...inline.map(async (policy) => {
        const { PolicyDocument } = await iam.getRolePolicy({ RoleName: name, PolicyName: policy });
        return parsePolicy(`policy ${policy} of role ${name}`, decode(PolicyDocument));
      }),
      ...attached.map(async ({ PolicyArn }) => {
        const { Policy } = await iam.getPolicy({ PolicyArn });
        const version = { PolicyArn, VersionId: Policy?.DefaultVersionId };
        const { PolicyVersion } = await iam.getPolicyVersion(version);
        return parsePolicy(`policy ${PolicyArn}`, decode(PolicyVersion?.Document));
      }),
    ];
    return { kind: "role", name, arn: role?.Arn ?? "", statements: (await Promise.all(statements)).flat() };
  }

  private async readBucketPolicy(bucket: string): Promise<Statement[]> {
    const found = await this.clients.s3
      .getBucketPolicy({ Bucket: bucket })
      .catch(unlessMissing("NoSuchBucketPolicy", "NoSuchBucket"));
    return found?.Policy ? parsePolicy(`the policy of bucket ${bucket}`, JSON.parse(found.Policy)) : [];
  }

  private async readKeyPolicy(arn: string): Promise<Statement[]> {
    const { Policy = "{}" } = await this.clients.kms.getKeyPolicy({ KeyId: arn, PolicyName: "default" });
    return parsePolicy(`the policy of key ${arn}`, JSON.parse(Policy));
  }

  private async groupArn(name: string): Promise<string | undefined> {
    const query = { AutoScalingGroupNames: [name] };
    const { AutoScalingGroups = [] } = await this.clients.autoScaling.describeAutoScalingGroups(query);
    return AutoScalingGroups[0]?.AutoScalingGroupARN;
  }

  private async objectKeyArn(bucket: string, key: string, versionId: string | undefined) {
    const object = await this.clients.s3
      .headObject({ Bucket: bucket, Key: key, VersionId: versionId })
      .catch(unlessMissing("NotFound", "NoSuchKey"));
    return object?.SSEKMSKeyId;
  }

  private async defaultKeyArn(bucket: string): Promise<string | undefined> {
    const found = await this.clients.s3
      .getBucketEncryption({ Bucket: bucket })
      .catch(unlessMissing("ServerSideEncryptionConfigurationNotFoundError", "NoSuchBucket"));
    const [rule] = found?.ServerSideEncryptionConfiguration?.Rules ?? [];
    return rule?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID;
  }
}

/** IAM returns policies URL-encoded. */
function decode(document = ""): unknown {
  return JSON.parse(decodeURIComponent(document));
}
