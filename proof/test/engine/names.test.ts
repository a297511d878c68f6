import assert from "node:assert/strict";
import { withName, type NameSource } from "../../engine/bridge/names";

describe("names that the bridge generates", () => {
  const rule = { property: "name", longest: 32 };
  const source = (overrides: Partial<NameSource> = {}): NameSource => ({
    logical: "api",
    seed: Buffer.from("seed"),
    old: {},
    ...overrides,
  });

  it("are the logical name and seven hexadecimal digits", () => {
    assert.match(withName(rule, {}, source()).name as string, /^api-[0-9a-f]{7}$/);
  });

  it("are the same in a preview and in the update that follows it", () => {
    assert.deepEqual(withName(rule, {}, source()), withName(rule, {}, source()));
    assert.notDeepEqual(
      withName(rule, {}, source()),
      withName(rule, {}, source({ seed: Buffer.from("other") })),
    );
  });

  it("stay the same once the resource exists", () => {
    assert.deepEqual(withName(rule, {}, source({ old: { name: "api-1234567" } })), { name: "api-1234567" });
  });

  it("are replaced by a name or a name prefix that the program sets", () => {
    assert.deepEqual(withName(rule, { name: "mine" }, source()), { name: "mine" });
    assert.deepEqual(withName(rule, { namePrefix: "mine-" }, source()), { namePrefix: "mine-" });
  });

  it("follow the stack's setting for generated names", () => {
    assert.deepEqual(withName(rule, {}, source({ proposed: "api" })), { name: "api" });
    assert.deepEqual(withName(rule, {}, source({ proposed: null })), {});
  });

  it("are refused when AWS would refuse them, with their length and what to do", () => {
    const logical = "a".repeat(30);
    assert.throws(
      () => withName(rule, {}, source({ logical })),
      /has 38 characters and may have 32.*set `name`/,
    );
  });
});
