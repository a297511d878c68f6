import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import * as fc from "fast-check";
import { wantedRecordSets, type Member } from "../../lambda/records";
import { identity } from "./hostedZone";

export const zone = "blue.example.org";

/** The n-th instance ever launched; some ids are of the old, short form. */
export function member(n: number): Member {
  const digits = BigInt.asUintN(68, BigInt(n + 1) * 0x9e3779b97f4a7c15fn)
    .toString(16)
    .padStart(17, "0");
  const privateAddress = `10.${n >> 14}.${(n >> 6) & 255}.${n & 63}`;
  return { instanceId: `i-${n % 7 === 3 ? digits.slice(0, 8) : digits}`, privateAddress };
}

/** Names and types that look like the function's own and are not. */
const foreignNames = [
  ["", "NS"],
  ["", "SOA"],
  ["", "A"],
  ["api", "A"],
  ["bastion", "A"],
  ["etcd", "TXT"],
  ["etcd", "AAAA"],
  ["etcd", "SRV"],
  ["_etcd-server-ssl._tcp", "TXT"],
  ["_etcd-client-ssl._tcp", "A"],
  ["_etcd-server._tcp", "SRV"],
  ["_etcd-server-ssl._udp", "SRV"],
  ["x._etcd-server-ssl._tcp", "SRV"],
  ["x_etcd-server-ssl._tcp", "SRV"],
  ["_etcd-server-ssl-_tcp", "SRV"],
  ["i-0123456789abcdef0.etcd", "TXT"],
  ["i-0123456789abcdef0.etcd", "SRV"],
  ["x.i-0123456789abcdef0.etcd", "A"],
  ["i-0123456.etcd", "A"],
  ["i-0123456789abcdef01.etcd", "A"],
  ["i-0123456789abcdefg.etcd", "A"],
  ["j-0123456789abcdef0.etcd", "A"],
  ["i-0123456789abcdef0", "A"],
  ["i-0123456789abcdef0.xetcd", "A"],
  ["i-0123456789abcdef0-etcd", "A"],
  ["etcd.staging", "A"],
  [`etcd.${zone}`, "A"],
  ["xetcd", "A"],
  ["\\052.etcd", "A"],
] as const;

const foreignRecordSets: fc.Arbitrary<ResourceRecordSet[]> = fc.subarray([...foreignNames]).chain((names) =>
  fc.tuple(
    ...names.map(([label, Type]) =>
      fc
        .record({ TTL: fc.constantFrom(60, 300), value: fc.nat(3), alias: fc.boolean() })
        .map(({ TTL, value, alias }): ResourceRecordSet => ({
          Name: `${label}${label && "."}${zone}.`,
          Type,
          ...(alias && Type === "A"
            ? { AliasTarget: { HostedZoneId: "Z2", DNSName: `nlb-${value}.`, EvaluateTargetHealth: false } }
            : { TTL, ResourceRecords: [{ Value: `foreign ${value}` }] }),
        })),
    ),
  ),
);

/** Everything that the function, or a person in its place, may have left behind under its names. */
function ownRecordSets(members: Member[]): fc.Arbitrary<ResourceRecordSet[]> {
  const damages: ((recordSet: ResourceRecordSet) => ResourceRecordSet[])[] = [
    (right) => [right],
    () => [],
    (right) => [{ ...right, TTL: 300 }],
    (right) => [{ ...right, ResourceRecords: [...right.ResourceRecords!].reverse() }],
    (right) => [{ ...right, ResourceRecords: right.ResourceRecords!.slice(0, 1) }],
    (right) => [{ ...right, ResourceRecords: [...right.ResourceRecords!, { Value: "10.9.9.9" }] }],
    (right) => [{ ...right, ResourceRecords: [...right.ResourceRecords!, ...right.ResourceRecords!] }],
    (right) => [{ ...right, MultiValueAnswer: true, SetIdentifier: "x" }],
    (right) => ["x", "y"].map((SetIdentifier) => ({ ...right, SetIdentifier, Weight: 1 })),
    ({ Name, Type }) => [
      { Name, Type, AliasTarget: { HostedZoneId: "Z2", DNSName: "elsewhere.", EvaluateTargetHealth: true } },
    ],
  ];
  const damage = fc.oneof({ weight: 2, arbitrary: fc.constant(damages[0]) }, fc.constantFrom(...damages));
  return fc
    .array(damage, { minLength: 3, maxLength: 12 })
    .map((list) => wantedRecordSets(members, zone).flatMap((right, i) => list[i % list.length](right)));
}

/** How many members: as many as a cluster has, none, or so many that their changes do not fit one batch. */
export const few = fc.nat(6);
export const crowd = fc.integer({ min: 130, max: 150 });
export const fewOrCrowd = fc.oneof({ weight: 2, arbitrary: few }, crowd);

/** Which of the instances launched so far are members. */
export function memberships(size: fc.Arbitrary<number>): fc.Arbitrary<Member[]> {
  return fc
    .tuple(fc.oneof(fc.nat(4), fc.constant(200)), size)
    .map(([first, count]) => Array.from({ length: count }, (_, i) => member(first + i)));
}

/** Any state of the zone once `members` were in it: own record sets right, wrong or missing, and other people's. */
export function zoneStates(members: Member[]): fc.Arbitrary<ResourceRecordSet[]> {
  return fc
    .tuple(foreignRecordSets, ownRecordSets(members))
    .map(([foreign, own]) => [
      ...new Map([...foreign, ...own].map((recordSet) => [identity(recordSet), recordSet])).values(),
    ]);
}

/** The members, and any state of the zone: left by the same members, or by others. */
export function situations(size: fc.Arbitrary<number>): fc.Arbitrary<[ResourceRecordSet[], Member[]]> {
  return fc
    .tuple(memberships(size), memberships(size), fc.boolean())
    .chain(([now, before, same]) => fc.tuple(zoneStates(same ? now : before), fc.constant(now)));
}

/** Whether `recordSet` is the function's to write, said in another way than the function says it. */
export function isOwn({ Name, Type }: ResourceRecordSet): boolean {
  const services = ["_etcd-client-ssl._tcp", "_etcd-server-ssl._tcp"].map((service) => `${service}.${zone}.`);
  const [first, ...parents] = Name!.split(".");
  const isHost = parents.join(".") === `etcd.${zone}.` && /^i-[0-9a-f]+$/.test(first);
  return Type === "SRV"
    ? services.includes(Name!)
    : Type === "A" && (Name === `etcd.${zone}.` || (isHost && first.length >= 10 && first.length <= 19));
}
