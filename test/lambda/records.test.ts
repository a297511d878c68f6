import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { changeBatches, wantedRecordSets, type Member } from "../../lambda/records";
import { HostedZone, content, contents } from "./hostedZone";
import { crowd, fewOrCrowd, isOwn, member, situations, zone } from "./zones";

const values = (recordSet?: ResourceRecordSet) =>
  recordSet?.ResourceRecords?.map((record) => record.Value) ?? [];

/** The names that the SRV sets of a zone send people to, and those of them that have no address. */
function srvTargets(recordSets: readonly ResourceRecordSet[]) {
  const addresses = new Set(recordSets.filter(({ Type }) => Type === "A").map(({ Name }) => Name));
  const own = recordSets.filter((recordSet) => recordSet.Type === "SRV" && isOwn(recordSet));
  const targets = own.flatMap(values).map((value) => value!.split(" ").at(-1)!);
  return { all: new Set(targets), dangling: targets.filter((target) => !addresses.has(target)) };
}

describe("the records of the members", () => {
  it("are one address each, the addresses of all, and the two SRV sets of etcd's discovery", () => {
    const members = [
      { instanceId: "i-0b", privateAddress: "10.0.2.7" },
      { instanceId: "i-0a", privateAddress: "10.0.1.5" },
    ];
    const records = wantedRecordSets(members, zone).map(({ Name, Type, TTL, ResourceRecords }) => [
      Name,
      Type,
      TTL,
      ...values({ Name, Type, ResourceRecords }),
    ]);
    assert.deepEqual(records, [
      [`i-0b.etcd.${zone}.`, "A", 60, "10.0.2.7"],
      [`i-0a.etcd.${zone}.`, "A", 60, "10.0.1.5"],
      [`etcd.${zone}.`, "A", 60, "10.0.1.5", "10.0.2.7"],
      [
        `_etcd-client-ssl._tcp.${zone}.`,
        "SRV",
        60,
        `0 0 2379 i-0a.etcd.${zone}.`,
        `0 0 2379 i-0b.etcd.${zone}.`,
      ],
      [
        `_etcd-server-ssl._tcp.${zone}.`,
        "SRV",
        60,
        `0 0 2380 i-0a.etcd.${zone}.`,
        `0 0 2380 i-0b.etcd.${zone}.`,
      ],
    ]);
  });

  it("are none without members", () => {
    assert.deepEqual(wantedRecordSets([], zone), []);
  });

  it("name an address once if EC2 shows it at two members", () => {
    const members = [member(1), { ...member(2), privateAddress: member(1).privateAddress }];
    const all = wantedRecordSets(members, zone).find(({ Name }) => Name === `etcd.${zone}.`);
    assert.deepEqual(values(all), [member(1).privateAddress]);
  });
});

describe("the changes of a zone", () => {
  const cases = situations(fewOrCrowd);
  const nobodyLeft: [ResourceRecordSet[], Member[]] = [
    wantedRecordSets(
      Array.from({ length: 280 }, (_, n) => member(n)),
      zone,
    ),
    [],
  ];

  it("lead from any state to the wanted records, and leave other records unchanged", () => {
    fc.assert(
      fc.property(cases, ([recordSets, members]) => {
        const route53 = new HostedZone(recordSets);
        const wanted = wantedRecordSets(members, zone);
        const foreign = contents(recordSets.filter((recordSet) => !isOwn(recordSet)));
        for (const changes of changeBatches(recordSets, wanted, zone)) {
          route53.change(changes);
          assert.deepEqual(contents(route53.recordSets.filter((recordSet) => !isOwn(recordSet))), foreign);
        }
        assert.deepEqual(contents(route53.recordSets.filter(isOwn)), contents(wanted));
        assert.deepEqual(changeBatches(route53.recordSets, wanted, zone), []);
      }),
    );
  });

  it("touch only records that differ", () => {
    fc.assert(
      fc.property(cases, ([recordSets, members]) => {
        const wanted = wantedRecordSets(members, zone);
        const there = new Set(contents(recordSets));
        const right = new Set(contents(wanted).filter((text) => there.has(text)));
        const touched = changeBatches(recordSets, wanted, zone).flat();
        assert.deepEqual(
          touched.filter((change) => right.has(content(change.ResourceRecordSet!))),
          [],
        );
      }),
    );
  });

  it("between two batches never empty a set of members, and no SRV set names a host without an address", () => {
    let splits = 0;
    fc.assert(
      fc.property(situations(crowd), ([recordSets, members]) => {
        const route53 = new HostedZone(recordSets);
        const batches = changeBatches(recordSets, wantedRecordSets(members, zone), zone);
        splits += batches.length > 1 ? 1 : 0;
        for (const changes of batches) {
          const before = route53.recordSets;
          route53.change(changes);
          const after = route53.recordSets;
          const danglingBefore = srvTargets(before).dangling;
          assert.deepEqual(
            srvTargets(after).dangling.filter((target) => !danglingBefore.includes(target)),
            [],
          );
          if (members.length === 0) continue;
          const names = new Set(after.map(({ Name, Type }) => `${Name} ${Type}`));
          const sets = before.filter((recordSet) => isOwn(recordSet) && !recordSet.Name!.startsWith("i-"));
          for (const { Name, Type } of sets) assert.ok(names.has(`${Name} ${Type}`), `no ${Name} left`);
        }
      }),
      { examples: [[nobodyLeft]], numRuns: 60 },
    );
    assert.ok(splits > 3, `only ${splits} cases needed more than one batch`);
  });

  it("fit in one atomic batch for every size of control plane", () => {
    const five = [0, 1, 2, 3, 4].map(member);
    const replaced = [5, 6, 7, 8, 9].map(member);
    const found = wantedRecordSets(five, zone);
    assert.equal(changeBatches(found, wantedRecordSets(replaced, zone), zone).length, 1);
  });

  it("are split by characters as well as by values", () => {
    const longZone = `${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}.org`;
    const many = Array.from({ length: 110 }, (_, n) => member(n));
    const route53 = new HostedZone([]);
    const batches = changeBatches([], wantedRecordSets(many, longZone), longZone);
    batches.forEach((changes) => route53.change(changes));
    assert.equal(batches.flat().flatMap((change) => values(change.ResourceRecordSet)).length, 440);
    assert.ok(batches.length > 1);
  });
});
