import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { zonesOfSubnets } from "../../preflight/network/existingVpc";
import { chooseZones } from "../../preflight/network/zones";
import { mostOf, oneMoreThan } from "../../plan/rollout";
import { region } from "../engine/region";
import { run, stackConfig } from "../engine/stack";

const zoneNames = [..."abcdef"].map((letter) => `eu-central-1${letter}`);
const someZones = fc.shuffledSubarray(zoneNames, { minLength: 1 });
const subnets = (zones: readonly string[]) => zones.map((zone) => ({ zone }));
const nothingThere = (available: readonly string[]) => ({ region: "eu-central-1", available, standing: [] });

describe("The zones of a new VPC", () => {
  it("are the first ones by name, however AWS orders them", () => {
    fc.assert(
      fc.property(someZones, fc.integer({ min: 1, max: 6 }), (available, wanted) => {
        fc.pre(wanted <= available.length);
        assert.deepEqual(
          chooseZones(wanted, nothingThere(available)),
          zoneNames.filter((zone) => available.includes(zone)).slice(0, wanted),
        );
      }),
    );
  });

  it("are the named ones in their order, if they exist", () => {
    fc.assert(
      fc.property(someZones, someZones, (wanted, available) => {
        const missing = wanted.filter((zone) => !available.includes(zone));
        if (missing.length === 0) {
          return assert.deepEqual(chooseZones(wanted, nothingThere(available)), wanted);
        }
        assert.throws(() => chooseZones(wanted, nothingThere(available)), {
          message: missing
            .map(
              (zone) =>
                `zones: "${zone}": not an available zone of eu-central-1, which has ${available.join(", ")}`,
            )
            .join("\n"),
        });
      }),
    );
  });

  it("are refused when the region has fewer", () => {
    fc.assert(
      fc.property(someZones, fc.integer({ min: 1, max: 6 }), (available, wanted) => {
        fc.pre(wanted > available.length);
        assert.throws(
          () => chooseZones(wanted, nothingThere(available)),
          /use that many or fewer; you can add zones later$/,
        );
      }),
    );
  });
});

describe("The zones of an existing VPC", () => {
  it("are those of its private subnets, which must be one for each wanted zone", () => {
    const placed = fc.array(fc.constantFrom(...zoneNames), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(placed, someZones, fc.boolean(), (zones, named, byNumber) => {
        const wanted = byNumber ? named.length : named;
        const once = new Set(zones).size === zones.length;
        const covered = byNumber
          ? zones.length === named.length
          : zones.length === named.length && named.every((zone) => zones.includes(zone));
        if (once && covered) {
          assert.deepEqual(zonesOfSubnets(wanted, subnets(zones)), [...zones].sort());
        } else {
          assert.throws(
            () => zonesOfSubnets(wanted, subnets(zones)),
            /^Error: (zones|existingVpc\.privateSubnetIds): /,
          );
        }
      }),
    );
  });
});

describe("The image of the nodes", () => {
  it("is of the named release, not of a newer one whose name begins with it", async () => {
    const here = region("eu-central-1");
    assert.ok(here.flatcar.indexOf("4757.2.10") > here.flatcar.indexOf("4757.2.1"), "the region has both");
    const { resources } = await run(stackConfig("dev"), { region: here });
    const copies = resources
      .filter(({ type }) => type === "ec2.AmiCopy")
      .map(({ inputs }) => inputs.sourceAmiId);
    assert.deepEqual(copies, ["ami-x86_64-Flatcar-stable-4757.2.1-hvm-of-075585003325"]);
  });
});

describe("The percentage that lets a group have one instance more", () => {
  it("is the smallest that allows it, as Auto Scaling rounds down", () => {
    for (let size = 1; size <= 1000; size++) {
      const percentage = oneMoreThan(size);
      const allowed = mostOf(size, percentage);
      // From 101 instances on, a whole percent is more than one.
      if (size <= 100) assert.equal(allowed, size + 1, `${percentage} % of ${size}`);
      assert.ok(allowed > size, `${percentage} % of ${size}`);
      assert.equal(Math.floor((size * (percentage - 1)) / 100), size, `${percentage - 1} % of ${size}`);
    }
  });

  it("is 200, 134 and 120 for the sizes of a control plane", () => {
    assert.deepEqual([1, 3, 5].map(oneMoreThan), [200, 134, 120]);
  });
});
