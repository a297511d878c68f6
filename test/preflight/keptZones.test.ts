import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { chooseZones, keepSubnets, type Places, type ZoneChoice } from "../../preflight/network/zones";
import { planSubnets } from "../../plan/subnets";

const region = "eu-central-1";
const zoneNames = [..."abcdef"].map((letter) => region + letter);
const available = fc.shuffledSubarray(zoneNames);
const wanted = fc.oneof(fc.integer({ min: 1, max: 6 }), fc.shuffledSubarray(zoneNames, { minLength: 1 }));

/** What a person reads, or the zones. */
function outcome(asked: number | readonly string[], facts: ZoneChoice): string[] | Error {
  try {
    return chooseZones(asked, facts);
  } catch (error) {
    return error as Error;
  }
}

const ranges = (zones: readonly string[]) => planSubnets("10.0.0.0/16", zones);

/** The setting as the message says to write it; undefined if it says that a zone is not there. */
function advised(asked: number | readonly string[], { message }: Error, kept: readonly string[]) {
  if (typeof asked === "number") return Number(/: use (\d)/.exec(message)![1]);
  return message.includes("name it too")
    ? [...asked, ...kept.filter((zone) => !asked.includes(zone))]
    : undefined;
}

/** What a cluster of these zones shows to the next `up`: its notes may be lost. */
const cluster = (zones: readonly string[], isNoted: boolean) => ({
  standing: zones,
  noted: isNoted ? zones : undefined,
});

describe("The zones of an existing cluster", () => {
  const first = fc
    .tuple(wanted, available)
    .map(([asked, zones]) => outcome(asked, { region, available: zones, standing: [] }))
    .filter((zones) => Array.isArray(zones));

  it("keep their order and ranges whatever AWS and the settings offer, or the refusal says what keeps them", () => {
    const seen = { kept: 0, appended: 0, refused: 0 };
    fc.assert(
      fc.property(first, wanted, available, fc.boolean(), (zones, asked, offered, isNoted) => {
        const facts = { region, available: offered, ...cluster(zones, isNoted) };
        const now = outcome(asked, facts);
        if (now instanceof Error) {
          seen.refused += 1;
          const better = advised(asked, now, zones);
          if (better === undefined) return assert.match(now.message, /not an available zone of eu-central-1/);
          const advice = outcome(better, facts);
          if (advice instanceof Error) return assert.match(advice.message, /not an available zone/);
          return assert.deepEqual(ranges(advice).slice(0, zones.length), ranges(zones));
        }
        seen[now.length === zones.length ? "kept" : "appended"] += 1;
        assert.deepEqual(ranges(now).slice(0, zones.length), ranges(zones));
        assert.equal(new Set(now).size, now.length);
        assert.equal(now.length, typeof asked === "number" ? asked : asked.length);
        for (const zone of now.slice(zones.length)) assert.ok(offered.includes(zone));
      }),
      { numRuns: 2000 },
    );
    for (const [what, times] of Object.entries(seen)) assert.ok(times >= 100, `${what} ${times} times`);
  });

  it("need not be available: the same settings are never refused", () => {
    fc.assert(
      fc.property(first, available, fc.boolean(), (zones, offered, isNoted) => {
        const facts = { region, available: offered, ...cluster(zones, isNoted) };
        for (const asked of [zones.length, zones, [...zones].reverse()]) {
          assert.deepEqual(chooseZones(asked, facts), zones);
        }
      }),
    );
  });

  it("after a failed up, get no range that contains subnets of another zone", () => {
    const place = fc.constantFrom(undefined, ...zoneNames);
    const standing = fc
      .array(place, { maxLength: 6 })
      .map((places): Places => places.map((zone, i) => (places.indexOf(zone) === i ? zone : undefined)));
    fc.assert(
      fc.property(standing, fc.nat(6), wanted, available, (places, count, asked, offered) => {
        const noted = places.slice(0, count).every((zone) => zone !== undefined) && count <= places.length;
        const facts = {
          ...{ region, available: offered, standing: places },
          noted: noted && count > 0 ? (places.slice(0, count) as string[]) : undefined,
        };
        const now = outcome(asked, facts);
        if (now instanceof Error) return;
        now.forEach((zone, i) => assert.equal(zone, places[i] ?? zone));
        assert.equal(new Set(now).size, now.length, `${now.join()}`);
      }),
      { numRuns: 2000 },
    );
  });

  const standing = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];
  const inOutage = { region, available: ["eu-central-1b", "eu-central-1c", "eu-central-1d"], standing };
  const refusals: [asked: number | string[], message: string][] = [
    [
      2,
      "zones: 2: this cluster is in eu-central-1a, eu-central-1b, eu-central-1c and keeps its zones, even in an outage: " +
        "use 3 or more; workerPools.<name>.zones takes a pool out of a zone",
    ],
    [
      5,
      "zones: 5: this cluster is in eu-central-1a, eu-central-1b, eu-central-1c, and eu-central-1 has eu-central-1d besides them now: use 4",
    ],
    [
      ["eu-central-1b", "eu-central-1c"],
      'zones: ["eu-central-1b","eu-central-1c"]: this cluster is also in eu-central-1a and keeps its zones, even in an outage: ' +
        "name it too; workerPools.<name>.zones takes a pool out of a zone",
    ],
  ];
  for (const [asked, message] of refusals) {
    it(`are refused as ${String(asked)}`, () => {
      for (const noted of [standing, undefined]) {
        assert.throws(() => chooseZones(asked, { ...inOutage, noted }), { message });
      }
    });
  }

  it("include those of the last successful up, if the metadata is older", () => {
    const older = { region, available: zoneNames, noted: standing.slice(0, 2), standing };
    assert.deepEqual(chooseZones(2, { ...older, made: 2 }), older.noted, "another up failed at the third");
    for (const asked of [2, older.noted]) {
      assert.throws(() => chooseZones(asked, { ...older, made: 3 }), {
        message: /: this cluster is (also )?in .*eu-central-1c.* and keeps its zones/,
      });
    }
    assert.deepEqual(chooseZones(4, { ...older, made: 3 }), zoneNames.slice(0, 4));
  });

  it("after a failed up, are refused with advice that the next up can follow", () => {
    const [a, b, , d] = zoneNames;
    const failed: [asked: number, facts: Omit<ZoneChoice, "region">, advice: RegExp][] = [
      [4, { available: [a, b], noted: [a, b], standing: [a, b, undefined, d] }, /: use 2$/],
      [2, { available: [b], standing: [undefined, b] }, /: wait for one more, or run pulumi destroy/],
    ];
    for (const [asked, facts, advice] of failed)
      assert.throws(() => chooseZones(asked, { region, ...facts }), { message: advice });
  });

  it("after a failed up, leave the remaining subnets their ranges, or the refusal says how", () => {
    const facts = {
      ...inOutage,
      available: zoneNames,
      noted: standing,
      standing: [...standing, "eu-central-1d"],
    };
    assert.deepEqual(chooseZones(4, { ...facts, available: ["eu-central-1e"] }), facts.standing);
    assert.deepEqual(chooseZones(3, facts), standing);
    assert.throws(() => chooseZones([...standing, "eu-central-1e"], facts), {
      message:
        /subnets in eu-central-1d have the ranges of eu-central-1e: name eu-central-1d before it, or run pulumi up without eu-central-1e first, which deletes them$/,
    });
    assert.deepEqual(chooseZones([...standing, "eu-central-1d", "eu-central-1e"], facts).length, 5);
  });
});

describe("The subnets of an existing cluster in an existing VPC", () => {
  const stays = "this cluster is also in subnet-2 and keeps its subnets, even in an outage: name it too";
  const refusals = {
    private: `existingVpc.privateSubnetIds: ["subnet-1"]: ${stays}; workerPools.<name>.zones takes a pool out of a zone`,
    public: `existingVpc.publicSubnetIds: ["subnet-1"]: ${stays}`,
  };
  for (const kind of ["private", "public"] as const) {
    it(`are all kept if they are ${kind}; the refusal says how a pool leaves one if pools use them`, () => {
      assert.throws(() => keepSubnets(kind, ["subnet-1"], ["subnet-1", "subnet-2"]), {
        message: refusals[kind],
      });
    });
  }
});
