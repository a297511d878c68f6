import type { Change, ResourceRecordSet } from "@aws-sdk/client-route-53";

/** A member of etcd: the id of a controller instance and its private IPv4 address. */
export interface Member {
  readonly instanceId: string;
  readonly privateAddress: string;
}

/**
 * The record sets that name `members` in `zone` (no last dot): one address per member, all addresses under
 * `etcd.<zone>`, and the two SRV sets of etcd's DNS discovery. Without members there are no record sets. TTL
 * 60 seconds. No value occurs twice, because Route53 refuses that: EC2 may still show an address at its old
 * owner too.
 * https://etcd.io/docs/v3.6/op-guide/clustering/#dns-discovery
 */
export function wantedRecordSets(members: readonly Member[], zone: string): ResourceRecordSet[] {
  if (members.length === 0) return [];
  const recordSet = (Name: string, Type: "A" | "SRV", values: string[]): ResourceRecordSet => ({
    Name,
    Type,
    TTL: 60,
    ResourceRecords: [...new Set(values)].sort().map((Value) => ({ Value })),
  });
  const host = (member: Member) => `${member.instanceId}.etcd.${zone}.`;
  const addresses = members.map((member) => member.privateAddress);
  const targets = (port: number) => members.map((member) => `0 0 ${port} ${host(member)}`);
  return [
    ...members.map((member) => recordSet(host(member), "A", [member.privateAddress])),
    recordSet(`etcd.${zone}.`, "A", addresses),
    recordSet(`_etcd-client-ssl._tcp.${zone}.`, "SRV", targets(2379)),
    recordSet(`_etcd-server-ssl._tcp.${zone}.`, "SRV", targets(2380)),
  ];
}

/**
 * The changes that turn `found` (the whole zone) into `wanted`, as batches to send one after the other; none
 * if there is nothing to change.
 * - The discovery function owns the two SRV sets, and the addresses at `etcd` and `<instance id>.etcd`. Every
 *   other record set, at any name, belongs to somebody else and stays. The function removes a routing policy
 *   or an alias from its own sets.
 * - It replaces a record set by a DELETE of exactly what was found and a CREATE, in one batch. Route53
 *   applies a whole batch, or nothing if any record set has changed meanwhile.
 *   https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
 * - A member's address exists before and after the sets that name it. So `wanted` begins with the addresses,
 *   and leftover sets in alphabetical order end with them (_etcd-…, etcd…, i-…).
 * - A batch holds at most 1000 values and 32,000 characters of them.
 *   https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html
 */
export function changeBatches(
  found: readonly ResourceRecordSet[],
  wanted: readonly ResourceRecordSet[],
  zone: string,
): Change[][] {
  const key = ({ Name, Type }: ResourceRecordSet) => `${Name} ${Type}`;
  const ownKeys = /^(etcd|i-[0-9a-f]{8,17}\.etcd) A$|^_etcd-(client|server)-ssl\._tcp SRV$/;
  const isOwn = (recordSet: ResourceRecordSet) => ownKeys.test(key(recordSet).replace(`.${zone}. `, " "));
  const canonical = ({ Name, Type, TTL, ResourceRecords, ...routing }: ResourceRecordSet) =>
    JSON.stringify([Name, Type, TTL, ResourceRecords?.map((record) => record.Value).sort(), routing]);
  const fitOneBatch = (changes: Change[]) => {
    const values = changes.flatMap((entry) => entry.ResourceRecordSet?.ResourceRecords ?? []);
    return values.length <= 1000 && values.map((record) => record.Value).join("").length <= 32_000;
  };

  const own = found.filter(isOwn);
  const batches: Change[][] = [];
  for (const each of new Set([...wanted.map(key), ...own.map(key).sort()])) {
    const before = own.filter((recordSet) => key(recordSet) === each);
    const after = wanted.filter((recordSet) => key(recordSet) === each);
    if (before.map(canonical).join() === after.map(canonical).join()) continue;
    const changes = [
      ...before.map((ResourceRecordSet) => ({ Action: "DELETE" as const, ResourceRecordSet })),
      ...after.map((ResourceRecordSet) => ({ Action: "CREATE" as const, ResourceRecordSet })),
    ];
    const last = batches.at(-1);
    if (last && fitOneBatch([...last, ...changes])) last.push(...changes);
    else batches.push(changes);
  }
  return batches;
}
