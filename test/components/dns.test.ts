import * as assert from "node:assert/strict";
import { Config, run, stackConfig } from "../engine/stack";

const dev = stackConfig("dev");
const kinds: [title: string, config: Config, isPrivate: boolean][] = [
  ["a private", dev, true],
  ["a public", { ...dev, api: { access: "public", allowedCidrs: ["203.0.113.0/24"] } }, false],
  ["a delegated", { ...dev, parentZoneId: "Z0123456789ABCDEFGHIJ" }, false],
];

describe("The start-of-authority record of", () => {
  for (const [title, config, isPrivate] of kinds) {
    it(`${title} zone names its server with one final dot, and negative answers are cached only briefly`, async () => {
      const { resources } = await run(config);
      const zone = resources.find(({ type }) => type === "route53.Zone");
      assert.equal(zone?.inputs.vpcs !== undefined, isPrivate);
      const record = resources.find(({ inputs }) => inputs.type === "SOA")?.inputs;
      assert.deepEqual(record?.records, [
        "ns-1.dev-dns. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 10",
      ]);
      assert.deepEqual([record?.name, record?.ttl], ["dev.k8s.example.com", 10]);
    });
  }
});

describe("The cluster's zone", () => {
  it("keeps other VPCs that somebody associated with it", async () => {
    const { resources } = await run(dev);
    const zone = resources.find(({ type }) => type === "route53.Zone");
    assert.deepEqual(zone?.ignoreChanges, ["vpcs"]);
  });
});

describe("The name servers of", () => {
  for (const [title, config, isPrivate] of kinds) {
    it(`${title} zone are cached for ${isPrivate ? "any time, because nobody asks for them" : "five minutes, in its own record and in the parent's"}`, async () => {
      const { resources } = await run(config);
      const records = resources.filter(({ inputs }) => inputs.type === "NS").map(({ inputs }) => inputs);
      const zones =
        config.parentZoneId === undefined ? ["Zone:dev-dns"] : [config.parentZoneId, "Zone:dev-dns"];
      assert.deepEqual(
        records.map(({ zoneId, name, ttl, records }) => [zoneId, name, ttl, records]).sort(),
        isPrivate
          ? []
          : zones.map((id) => [id, "dev.k8s.example.com", 300, ["ns-1.dev-dns", "ns-2.dev-dns"]]),
      );
    });
  }
});
