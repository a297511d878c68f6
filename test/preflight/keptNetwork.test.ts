import * as assert from "node:assert/strict";
import { afterwards } from "../engine/afterwards";
import { changes } from "../engine/changes";
import { region, Region } from "../engine/region";
import { attempt, Config, run, stackConfig } from "../engine/stack";

const dev = { ...stackConfig("dev"), network: { nat: "zone" } };
const letters = (zones: string) => [...zones].map((letter) => `eu-central-1${letter}`);
const offering = (zones: string): Region => ({ ...region("eu-central-1"), zones: letters(zones) });

/** The notes alone, which the next `up` writes again. */
const notes = "s3.BucketObjectv2 dev-store-encryption-encryption.yaml";

/** What the second `up` changes in the network and around it. */
async function second(first: Config, zones: string, then: Config, left: string, by?: "lost") {
  const made = await run(first, { region: offering(zones) });
  const here = { ...afterwards(made, offering(left), by), name: "eu-central-1" };
  const next = await attempt(then, { region: here });
  const changed = changes(made, next);
  if (by) delete changed[notes];
  return { error: next.error?.message, changed };
}

describe("An existing cluster, at the next up,", function () {
  this.timeout(120_000); // several runs of the whole program in one test

  const stays: [title: string, first: Config, zones: string, then: Config, left: string][] = [
    ["a zone is out", { zones: 3 }, "abcd", { zones: 3 }, "bcd"],
    ["all its zones are out, and there are others", { zones: 2 }, "ab", { zones: 2 }, "cde"],
    ["AWS has an earlier zone", { zones: 2 }, "bc", { zones: 2 }, "abc"],
    ["its zones are named in another order", { zones: 2 }, "abc", { zones: letters("ba") }, "abc"],
    ["they are counted instead of named", { zones: letters("ca") }, "abc", { zones: 2 }, "abc"],
  ];
  for (const by of [undefined, "lost"] as const) {
    for (const [title, first, zones, then, left] of by ? stays.slice(0, 2) : stays) {
      it(`keeps its network when ${title}${by ? ", and its metadata is lost" : ""}`, async () => {
        const found = await second({ ...dev, ...first }, zones, { ...dev, ...then }, left, by);
        assert.deepEqual(found, { error: undefined, changed: {} });
      });
    }
  }

  it("gets only the resources of one more zone, the next available one", async () => {
    const { error, changed } = await second({ ...dev, zones: 2 }, "bc", { ...dev, zones: 3 }, "acd");
    assert.equal(error, undefined);
    const existing = Object.entries(changed).filter(([, change]) => change !== "+");
    assert.deepEqual(Object.fromEntries(existing), {
      "ec2.VpcEndpoint dev-network-s3": "routeTableIds",
      "lb.LoadBalancer dev-api": "subnets",
      "autoscaling.Group dev-controllers": "vpcZoneIdentifiers",
      "autoscaling.Group dev-pool-workers": "vpcZoneIdentifiers",
      [notes]: "metadata",
    });
    const added = Object.keys(changed).filter((key) => changed[key] === "+");
    assert.ok(
      added.every((key) => key.endsWith("-eu-central-1a")),
      added.join(),
    );
    assert.equal(added.length, 8);
  });

  for (const by of [undefined, "lost"] as const) {
    it(`refuses to lose a zone${by ? ", even without its metadata" : ""}`, async () => {
      const { error } = await second({ ...dev, zones: 2 }, "abc", { ...dev, zones: 1 }, "bc", by);
      assert.match(
        error ?? "",
        /zones: 1: this cluster is in eu-central-1a, eu-central-1b and keeps its zones/,
      );
    });
  }

  it("refuses to lose a zone of the last outputs, even if its metadata is older", async () => {
    const here = afterwards(await run({ ...dev, zones: 3 }, { region: offering("abc") }), offering("abc"));
    const [[object, noted]] = Object.entries(here.metadata ?? {});
    const metadata = { [object]: { ...noted, zones: letters("ab").join() } };
    const { error } = await attempt({ ...dev, zones: 2 }, { region: { ...here, metadata } });
    assert.match(
      error?.message ?? "",
      /zones: 2: this cluster is in eu-central-1a, eu-central-1b, eu-central-1c and keeps its zones/,
    );
  });

  it("keeps a pool in a zone with an outage", async () => {
    const pool = { workerPools: { workers: { zones: letters("a") } } };
    const found = await second({ ...dev, ...pool }, "ab", { ...dev, ...pool }, "bc");
    assert.deepEqual(found, { error: undefined, changed: {} });
  });
});
