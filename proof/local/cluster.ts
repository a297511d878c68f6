import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import { EC2Client, paginateDescribeInstances } from "@aws-sdk/client-ec2";
import type { Stack } from "@pulumi/pulumi/automation";
import { Route53, type ListResourceRecordSetsResponse } from "@aws-sdk/client-route-53";
import { observer } from "./aws/environment";

/** The outputs of the stack that `make local` reads; `index.ts` exports them. */
export interface ClusterOutputs {
  readonly apiUrl: string;
  readonly apiName: string;
  readonly zoneName: string;
  readonly zoneId: string;
  readonly controllerGroupName: string;
  readonly poolGroupNames: Readonly<Record<string, string>>;
  readonly nodeStoreBucket: string;
  readonly nodeLogGroup: string;
  readonly discoveryFunctionName: string;
  /** URL of the documents with the public keys of service-account tokens. */
  readonly oidcIssuer: string;
  readonly cloudProviderRoleArn: string;
  /** Certificate's name to the end of its validity (ISO 8601). */
  readonly certificateExpiries: Readonly<Record<string, string>>;
}

/** The stack's outputs that are not secret. */
export async function clusterOutputs(stack: Stack): Promise<ClusterOutputs> {
  const outputs = Object.entries(await stack.outputs()).filter(([, { secret }]) => !secret);
  return Object.fromEntries(
    outputs.map(([name, { value }]) => [name, value as unknown]),
  ) as unknown as ClusterOutputs;
}

/** An instance of a group, as Auto Scaling and EC2 describe it. */
export interface GroupInstance {
  readonly id: string;
  readonly zone: string;
  readonly type: string;
  readonly address: string;
}

/** An Auto Scaling group with its instances. */
export interface Group {
  readonly name: string;
  readonly minSize: number;
  readonly maxSize: number;
  readonly instances: readonly GroupInstance[];
}

/** A record set of the zone. */
export interface RecordSet {
  readonly name: string;
  readonly type: string;
  readonly values: readonly string[];
}

/** The groups with those names, in that order, with their instances by zone. */
export async function findGroups(names: readonly string[]): Promise<Group[]> {
  const { AutoScalingGroups = [] } = await new AutoScalingClient(observer).send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [...names] }),
  );
  const addresses = await privateAddresses();
  return names.map((name) => {
    const group = AutoScalingGroups.find((candidate) => candidate.AutoScalingGroupName === name);
    if (!group) throw new Error(`there is no Auto Scaling group ${name}`);
    const instances = (group.Instances ?? []).map((instance) => ({
      id: instance.InstanceId ?? "",
      zone: instance.AvailabilityZone ?? "",
      type: instance.InstanceType ?? "",
      address: addresses.get(instance.InstanceId ?? "") ?? "",
    }));
    return {
      name,
      minSize: group.MinSize ?? 0,
      maxSize: group.MaxSize ?? 0,
      instances: instances.sort((a, b) => `${a.zone} ${a.id}`.localeCompare(`${b.zone} ${b.id}`)),
    };
  });
}

async function privateAddresses(): Promise<Map<string, string>> {
  const addresses = new Map<string, string>();
  for await (const { Reservations = [] } of paginateDescribeInstances(
    { client: new EC2Client(observer) },
    {},
  )) {
    for (const instance of Reservations.flatMap((reservation) => reservation.Instances ?? [])) {
      addresses.set(instance.InstanceId ?? "", instance.PrivateIpAddress ?? "");
    }
  }
  return addresses;
}

/** The SRV and A records of a zone; an alias's value is the name that it points to. */
export async function findRecords(zoneId: string): Promise<RecordSet[]> {
  const route53 = new Route53(observer);
  const records: RecordSet[] = [];
  let page: Partial<ListResourceRecordSetsResponse> = {};
  do {
    page = await route53.listResourceRecordSets({
      HostedZoneId: zoneId,
      StartRecordName: page.NextRecordName,
      StartRecordType: page.NextRecordType,
    });
    for (const { Name = "", Type = "", ResourceRecords = [], AliasTarget } of page.ResourceRecordSets ?? []) {
      if (Type !== "SRV" && Type !== "A") continue;
      const values = ResourceRecords.map((record) => record.Value ?? "");
      const alias = AliasTarget?.DNSName ? [`${AliasTarget.DNSName} (alias)`] : [];
      records.push({ name: Name.replace(/\.$/, ""), type: Type, values: [...values, ...alias] });
    }
  } while (page.IsTruncated);
  return records.sort((a, b) => b.type.localeCompare(a.type) || a.name.localeCompare(b.name));
}
