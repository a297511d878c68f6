import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { address, Cidr, formatCidr, overlap, parseCidr, subnet } from "../../plan/cidr";
import { planSubnets } from "../../plan/subnets";

const range = (longest: number, shortest: number): fc.Arbitrary<Cidr> =>
  fc
    .tuple(fc.integer({ min: longest, max: shortest }), fc.nat(2 ** 32 - 1))
    .map(([prefix, any]) => ({ prefix, base: any - (any % 2 ** (32 - prefix)) }));

const zones = fc.integer({ min: 1, max: 6 }).map((count) => [..."abcdef"].slice(0, count));
const vpcs = range(16, 22).map(formatCidr);
const last = ({ base, prefix }: Cidr) => base + 2 ** (32 - prefix) - 1;

describe("The subnets of a VPC", () => {
  const planned = (vpc: string, names: string[]) =>
    planSubnets(vpc, names).flatMap(({ privateCidr, publicCidr }) =>
      [privateCidr, publicCidr].map(parseCidr),
    );

  it("are inside it and disjoint, for every size of VPC and number of zones", () => {
    fc.assert(
      fc.property(vpcs, zones, (vpc, names) => {
        const subnets = planned(vpc, names);
        assert.equal(subnets.length, 2 * names.length);
        for (const [i, one] of subnets.entries()) {
          assert.ok(one.base >= parseCidr(vpc).base && last(one) <= last(parseCidr(vpc)));
          for (const other of subnets.slice(i + 1)) assert.ok(!overlap(one, other));
        }
      }),
    );
  });

  it("stay where they are when zones are added", () => {
    fc.assert(
      fc.property(vpcs, zones, fc.integer({ min: 1, max: 6 }), (vpc, names, count) => {
        assert.deepEqual(planSubnets(vpc, names).slice(0, count), planSubnets(vpc, names.slice(0, count)));
      }),
    );
  });

  it("are /28 or larger, as AWS requires, and private ones are larger than public ones", () => {
    fc.assert(
      fc.property(vpcs, zones, (vpc, names) => {
        for (const { privateCidr, publicCidr } of planSubnets(vpc, names)) {
          assert.ok(parseCidr(publicCidr).prefix <= 28);
          assert.ok(parseCidr(privateCidr).prefix < parseCidr(publicCidr).prefix);
        }
      }),
    );
  });

  it("of a /16 are these", () => {
    assert.deepEqual(planSubnets("10.0.0.0/16", ["a", "b"]), [
      { zone: "a", privateCidr: "10.0.0.0/19", publicCidr: "10.0.192.0/22" },
      { zone: "b", privateCidr: "10.0.32.0/19", publicCidr: "10.0.196.0/22" },
    ]);
  });
});

describe("An IPv4 range", () => {
  it("keeps its text when it is parsed and formatted", () => {
    fc.assert(fc.property(range(0, 32), (cidr) => assert.deepEqual(parseCidr(formatCidr(cidr)), cidr)));
  });

  it("is refused unless it begins at its first address, which the message names", () => {
    fc.assert(
      fc.property(range(0, 31), fc.nat(), (cidr, any) => {
        const offset = 1 + (any % (2 ** (32 - cidr.prefix) - 1));
        assert.throws(() => parseCidr(`${address(cidr, offset)}/${cidr.prefix}`), {
          message: `use the range's first address: ${formatCidr(cidr)}`,
        });
      }),
    );
  });

  for (const text of ["", "10.0.0.0", "10.0.0/16", "10.0.0.256/32", "10.0.0.0/33", "10.0.0.0/16 ", "::/0"]) {
    it(`is not ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseCidr(text), { message: "use an IPv4 range such as 10.0.0.0/16" });
    });
  }

  it("overlaps another exactly if one holds the other's first address", () => {
    fc.assert(
      fc.property(range(0, 32), range(0, 32), (one, other) => {
        const holds = (a: Cidr, b: Cidr) => a.base <= b.base && b.base <= last(a);
        assert.equal(overlap(one, other), holds(one, other) || holds(other, one));
        assert.equal(overlap(one, other), overlap(other, one));
      }),
    );
    assert.ok(overlap(parseCidr("10.0.0.0/16"), parseCidr("10.0.128.0/20")));
    assert.ok(!overlap(parseCidr("10.0.0.0/16"), parseCidr("10.1.0.0/16")));
  });

  it("has exactly as many subnets of a length as fit, one after the other", () => {
    fc.assert(
      fc.property(range(0, 24), fc.integer({ min: 0, max: 8 }), (cidr, longer) => {
        const prefix = cidr.prefix + longer;
        const all = Array.from({ length: 2 ** longer }, (_, i) => subnet(cidr, prefix, i));
        assert.equal(all[0].base, cidr.base);
        all.slice(1).forEach((next, i) => assert.equal(next.base, last(all[i]) + 1));
        assert.equal(last(all[all.length - 1]), last(cidr));
        assert.throws(() => subnet(cidr, prefix, 2 ** longer), RangeError);
      }),
    );
  });
});
