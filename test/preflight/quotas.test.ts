import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { controllersInFewZones } from "../../preflight/nodes/instanceTypes";
import { judgeQuotas } from "../../preflight/quotas";
import { parseSettings } from "../../settings";
import type { Config } from "../engine/stack";

describe("Quotas", () => {
  const account = { accountId: "123456789012", region: "eu-central-1" };
  const types = new Map(
    Object.entries({ "m7i.large": 2, "m7i.xlarge": 4, "t3.nano": 2, "g5.xlarge": 4, "im4gn.large": 2 }).map(
      ([type, defaultVcpus]) => [type, { defaultVcpus }],
    ),
  );
  const settings = (rest: Config) =>
    parseSettings({ name: "dev", domain: "k8s.example.com", ...rest }, "pulumi-kubeadm");
  const pool = (instanceTypes: string[], rest: Config = {}) => ({
    controlPlane: { size: 3, instanceType: "m7i.large" },
    workerPools: { workers: { instanceTypes, min: 2, max: 10, ...rest } },
  });
  const told = (config: Config, facts: Parameters<typeof judgeQuotas>[2]) => {
    const { now, later } = judgeQuotas(settings(config), types, facts, account);
    const numbers = (mistakes: typeof now) =>
      mistakes.map(({ remedy }) => Number(/needs? (\d+)/.exec(remedy)![1]));
    return { now: numbers(now), later: numbers(later) };
  };

  it("of vCPUs count the controllers and pools at their smallest now, and at their largest during a replacement later", () => {
    assert.deepEqual(told(pool(["m7i.xlarge"]), { onDemand: 13 }), { now: [14], later: [] });
    assert.deepEqual(told(pool(["m7i.xlarge"]), { onDemand: 14 }), { now: [], later: [8 + 4 * 15] });
    assert.deepEqual(told(pool(["m7i.xlarge"]), { onDemand: 68 }), { now: [], later: [] });
  });

  it("of spot vCPUs count the pool's spot share, and the on-demand quota counts the rest", () => {
    const spot = pool(["m7i.xlarge"], { spotPercent: 100 });
    assert.deepEqual(told(spot, { onDemand: 5, spot: 7 }), { now: [6, 8], later: [] });
    assert.deepEqual(told(pool(["m7i.xlarge"], { spotPercent: 50 }), { onDemand: 9, spot: 3 }), {
      now: [10, 4],
      later: [],
    });
  });

  it("of standard instances do not count accelerated ones, and count the smallest of several types", () => {
    assert.deepEqual(told(pool(["g5.xlarge"]), { onDemand: 8 }), { now: [], later: [] });
    assert.deepEqual(told(pool(["m7i.xlarge", "m7i.large"]), { onDemand: 9 }), { now: [10], later: [] });
    assert.deepEqual(told(pool(["im4gn.large"], { architecture: "arm64" }), { onDemand: 9 }), {
      now: [10],
      later: [],
    });
  });

  it("of addresses and VPCs need room only for what the cluster does not have yet", () => {
    const room = { quota: 5, used: 5 };
    assert.deepEqual(told({}, { elasticIps: { ...room, own: 3 }, vpcs: { ...room, own: 1 } }), {
      now: [],
      later: [],
    });
    assert.deepEqual(told({}, { elasticIps: { ...room, own: 2 }, vpcs: { ...room, own: 0 } }), {
      now: [1, 1],
      later: [],
    });
    const single = { network: { nat: "single" } };
    assert.deepEqual(told(single, { elasticIps: { ...room, own: 0 } }), { now: [1], later: [] });
  });
});

describe("Controllers are each in a zone of their own", () => {
  const zones = [..."abcd"].map((letter) => `eu-central-1${letter}`);

  it("or in every zone, if there are fewer zones; otherwise the type is refused", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 3, 5),
        fc.shuffledSubarray(zones, { minLength: 1 }),
        fc.shuffledSubarray(zones),
        (size, wanted, offering) => {
          const has = wanted.filter((zone) => offering.includes(zone));
          const mistakes = controllersInFewZones({ size, instanceType: "m7i.large" }, wanted, has);
          assert.equal(mistakes.length === 1, has.length > 0 && has.length < Math.min(size, wanted.length));
        },
      ),
    );
  });
});
