import * as rpc from "@pulumi/pulumi/runtime/rpc";
import assert from "node:assert/strict";
import {
  pathToBridge,
  pathToPulumi,
  toBridge,
  toPulumi,
  type PropertyRule,
} from "../../engine/bridge/properties";
import { ARCHIVE, ASSET, SECRET, SIGNATURE, UNKNOWN, type Properties } from "../../engine/bridge/wire";

const RULES: readonly PropertyRule[] = [
  { pulumi: "name", bridge: "alarmName" },
  { pulumi: "delay", as: "text" },
  { pulumi: "aliases", bridge: "alias", as: "only element" },
  { pulumi: "rules[].filter.and", bridge: "ands", as: "list of one" },
  { pulumi: "rules[].filter", bridge: "filters", as: "list of one" },
];

describe("bridge property rules", () => {
  const pulumi: Properties = {
    name: "cpu",
    delay: 30,
    aliases: [{ zoneId: "Z1" }],
    rules: [{ id: "a", filter: { prefix: "x/", and: { size: 1 } } }, { id: "b" }],
    tags: { name: "kept" },
  };
  const bridge: Properties = {
    alarmName: "cpu",
    delay: "30",
    alias: { zoneId: "Z1" },
    rules: [{ id: "a", filters: [{ prefix: "x/", ands: [{ size: 1 }] }] }, { id: "b" }],
    tags: { name: "kept" },
  };

  it("rename and reshape properties for the bridge, also inside lists", () => {
    assert.deepEqual(toBridge(RULES, pulumi), bridge);
  });

  it("return the original properties after a round trip", () => {
    assert.deepEqual(toPulumi(RULES, bridge), pulumi);
  });

  it("leave an empty list in the bridge's state as it was after a round trip", () => {
    const state: Properties = { rules: [{ filters: [{ ands: [] }] }], alias: null };
    assert.deepEqual(toBridge(RULES, toPulumi(RULES, state)), state);
  });

  it("do not change the arguments", () => {
    const before = structuredClone(pulumi);
    toBridge(RULES, pulumi);
    assert.deepEqual(pulumi, before);
  });

  it("reshape what a secret keeps and keep it secret", () => {
    const secret: Properties = { [SIGNATURE]: SECRET, value: 30 };
    assert.deepEqual(toBridge(RULES, { delay: secret }), { delay: { [SIGNATURE]: SECRET, value: "30" } });
  });

  it("move an unknown value without reshaping it", () => {
    assert.deepEqual(toBridge(RULES, { aliases: UNKNOWN }), { alias: UNKNOWN });
    assert.deepEqual(toPulumi(RULES, { alias: UNKNOWN }), { aliases: UNKNOWN });
  });

  const paths: readonly (readonly [string, string])[] = [
    ["name", "alarmName"],
    ["aliases[0].zoneId", "alias.zoneId"],
    ["rules[1].filter.and.size", "rules[1].filters[0].ands[0].size"],
    ['tags["a.name"]', 'tags["a.name"]'],
    ["other.name", "other.name"],
  ];
  for (const [here, there] of paths) {
    it(`translate the path ${here} to ${there} and back`, () => {
      assert.equal(pathToBridge(RULES, here), there);
      assert.equal(pathToPulumi(RULES, there), here);
    });
  }
});

describe("the signatures of special values", () => {
  it("are those of the Pulumi SDK", () => {
    assert.deepEqual(
      [SIGNATURE, SECRET, ASSET, ARCHIVE, UNKNOWN],
      [rpc.specialSigKey, rpc.specialSecretSig, rpc.specialAssetSig, rpc.specialArchiveSig, rpc.unknownValue],
    );
  });
});
