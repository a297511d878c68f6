import {
  AutoScaling,
  paginateDescribeAutoScalingGroups,
  type AutoScalingGroup,
} from "@aws-sdk/client-auto-scaling";
import { EC2, type Tag } from "@aws-sdk/client-ec2";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { IAM, paginateListRoles } from "@aws-sdk/client-iam";
import { paginateListHostedZones, Route53 } from "@aws-sdk/client-route-53";
import { S3 } from "@aws-sdk/client-s3";
import { SQS } from "@aws-sdk/client-sqs";
import { measure } from "./measure";

/** A cluster's name has at most 20 characters, so no cluster has anything with this prefix. */
const family = "pulumi-kubeadm-aws-check";

/** What the names of everything begin with that runs in a region make. IAM and Route 53 have no regions. */
export const prefixIn = (region: string) => `${family}-${region}-`;

/** Tags of everything that a run makes; `name` is the run's. */
export const tags = (name: string): { Key: string; Value: string }[] => [
  { Key: "Name", Value: name },
  { Key: family, Value: name },
];

/** The VPC of a run, which is made by whoever needs it first; its id. It has no way out and no way in. */
export async function makeVpc(name: string): Promise<string> {
  const ec2 = new EC2({});
  const { Vpcs: [there] = [] } = await ec2.describeVpcs({ Filters: [{ Name: "tag:Name", Values: [name] }] });
  if (there?.VpcId !== undefined) return there.VpcId;
  const { Vpc } = await ec2.createVpc({
    CidrBlock: "10.255.255.0/28",
    TagSpecifications: [{ ResourceType: "vpc", Tags: tags(name) }],
  });
  return Vpc?.VpcId ?? "";
}

/** A kind of thing that runs make. */
interface Kind {
  readonly kind: string;
  /** Ids, or names, of those whose name has the prefix. */
  readonly list: (prefix: string) => Promise<string[]>;
  /** Removes one for good, and waits until it is gone where others depend on that. */
  readonly remove: (id: string) => Promise<unknown>;
}

/** How long a thing may take to go: an instance ends within minutes. */
const patience = { seconds: 600, signal: new AbortController().signal };

const named = (names: readonly (string | undefined)[], prefix: string) =>
  names.filter((name) => name?.startsWith(prefix)).map((name) => name ?? "");

const tagged = (things: readonly { readonly Tags?: Tag[]; readonly id?: string }[], prefix: string) =>
  things
    .filter(({ Tags = [] }) => Tags.some(({ Key, Value }) => Key === family && Value?.startsWith(prefix)))
    .map(({ id = "" }) => id);

const ours = { Filters: [{ Name: "tag-key", Values: [family] }] };

/** Removes what others still use, as soon as they do not. */
const onceUnused = (id: string, remove: () => Promise<unknown>) =>
  measure(`${id} is used by nothing`, patience, () =>
    remove().then(
      () => true,
      (error: Error) => {
        if (error.name === "DependencyViolation") return false;
        throw error;
      },
    ),
  );

/** In the order in which they can go. */
const kinds: readonly Kind[] = [
  {
    kind: "Auto Scaling group",
    list: async (prefix) =>
      named(
        (await groups()).map(({ AutoScalingGroupName }) => AutoScalingGroupName),
        prefix,
      ),
    remove: async (name) => {
      await new AutoScaling({}).deleteAutoScalingGroup({ AutoScalingGroupName: name, ForceDelete: true });
      await measure(`${name} is gone`, patience, async () =>
        (await groups()).every(({ AutoScalingGroupName }) => AutoScalingGroupName !== name),
      );
    },
  },
  {
    kind: "launch template",
    list: async (prefix) => {
      const { LaunchTemplates = [] } = await new EC2({}).describeLaunchTemplates(ours);
      return named(
        LaunchTemplates.map(({ LaunchTemplateName }) => LaunchTemplateName),
        prefix,
      );
    },
    remove: (name) => new EC2({}).deleteLaunchTemplate({ LaunchTemplateName: name }),
  },
  {
    kind: "rule",
    list: async (prefix) => {
      const { Rules = [] } = await new EventBridge({}).listRules({ NamePrefix: prefix });
      return named(
        Rules.map(({ Name }) => Name),
        prefix,
      );
    },
    remove: async (name) => {
      const client = new EventBridge({});
      const { Targets = [] } = await client.listTargetsByRule({ Rule: name });
      if (Targets.length > 0)
        await client.removeTargets({ Rule: name, Ids: Targets.map(({ Id }) => Id ?? "") });
      await client.deleteRule({ Name: name });
    },
  },
  {
    kind: "queue",
    list: async (prefix) => (await new SQS({}).listQueues({ QueueNamePrefix: prefix })).QueueUrls ?? [],
    remove: (url) => new SQS({}).deleteQueue({ QueueUrl: url }),
  },
  {
    kind: "hosted zone",
    list: async (prefix) => {
      const found: string[] = [];
      for await (const { HostedZones = [] } of paginateListHostedZones({ client: new Route53({}) }, {}))
        found.push(...HostedZones.filter(({ Name }) => Name?.startsWith(prefix)).map(({ Id = "" }) => Id));
      return found;
    },
    remove: async (id) => {
      const client = new Route53({});
      const { ResourceRecordSets = [] } = await client.listResourceRecordSets({ HostedZoneId: id });
      const Changes = ResourceRecordSets.filter(({ Type }) => Type === "A").map(
        (ResourceRecordSet) => ({ Action: "DELETE", ResourceRecordSet }) as const,
      );
      if (Changes.length > 0)
        await client.changeResourceRecordSets({ HostedZoneId: id, ChangeBatch: { Changes } });
      await client.deleteHostedZone({ Id: id });
    },
  },
  {
    kind: "subnet",
    list: async (prefix) => {
      const { Subnets = [] } = await new EC2({}).describeSubnets(ours);
      return tagged(
        Subnets.map(({ SubnetId: id, Tags }) => ({ id, Tags })),
        prefix,
      );
    },
    remove: (id) => onceUnused(id, () => new EC2({}).deleteSubnet({ SubnetId: id })),
  },
  {
    kind: "VPC",
    list: async (prefix) => {
      const { Vpcs = [] } = await new EC2({}).describeVpcs(ours);
      return tagged(
        Vpcs.map(({ VpcId: id, Tags }) => ({ id, Tags })),
        prefix,
      );
    },
    remove: (id) => onceUnused(id, () => new EC2({}).deleteVpc({ VpcId: id })),
  },
  {
    kind: "bucket",
    list: async (prefix) =>
      named(
        ((await new S3({}).listBuckets({})).Buckets ?? []).map(({ Name }) => Name),
        prefix,
      ),
    remove: async (name) => {
      const client = new S3({});
      for (;;) {
        const { Versions = [], DeleteMarkers = [] } = await client.listObjectVersions({ Bucket: name });
        const all = [...Versions, ...DeleteMarkers];
        if (all.length === 0) break;
        for (const { Key, VersionId } of all) await client.deleteObject({ Bucket: name, Key, VersionId });
      }
      await client.deleteBucket({ Bucket: name });
    },
  },
  {
    kind: "role",
    list: async (prefix) => {
      const found: (string | undefined)[] = [];
      for await (const { Roles = [] } of paginateListRoles({ client: new IAM({}) }, {}))
        found.push(...Roles.map(({ RoleName }) => RoleName));
      return named(found, prefix);
    },
    remove: async (name) => {
      const client = new IAM({});
      const { PolicyNames = [] } = await client.listRolePolicies({ RoleName: name });
      for (const PolicyName of PolicyNames) await client.deleteRolePolicy({ RoleName: name, PolicyName });
      await client.deleteRole({ RoleName: name });
    },
  },
];

async function groups(): Promise<AutoScalingGroup[]> {
  const found: AutoScalingGroup[] = [];
  for await (const page of paginateDescribeAutoScalingGroups({ client: new AutoScaling({}) }, {}))
    found.push(...(page.AutoScalingGroups ?? []));
  return found;
}

/** What runs have made with this prefix, and is still there: one line each. A kind that may not be listed has a line too. */
export async function listMade(prefix: string): Promise<string[]> {
  const lists = kinds.map(({ kind, list }) =>
    list(prefix).then(
      (ids) => ids.map((id) => `${kind} ${id}`),
      (error: Error) => [`${kind}: cannot be listed: ${error.message}`],
    ),
  );
  return (await Promise.all(lists)).flat();
}

/** Removes everything that runs have made with this prefix. What cannot be removed is reported; the rest goes all the same. */
export async function removeMade(prefix: string, report: (line: string) => void): Promise<void> {
  for (const { kind, list, remove } of kinds) {
    for (const id of await list(prefix).catch(() => [])) {
      await remove(id).then(
        () => report(`  deleted ${kind} ${id}`),
        (error: Error) => report(`  ${kind} ${id} is not deleted: ${error.message}`),
      );
    }
  }
}
