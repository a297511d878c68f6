import * as assert from "node:assert/strict";
import { effectsOf, sections } from "../../../settings/reference";
import type { Effect } from "../../../settings/schema/about";
import { afterwards } from "../../../test/engine/afterwards";
import { changes } from "../../../test/engine/changes";
import { attempt, run } from "../../../test/engine/stack";
import { cases, Case } from "./effectCases";

const isNode = /^ec2\.LaunchTemplate \S+-(controllers|pool-\S+)$/;

/** The effect on a running cluster when its settings change. */
async function effectOf({ key, from, to, where, then = (there) => there }: Case): Promise<Effect> {
  const there = then(afterwards(await run(from, { region: where }), where));
  const after = await attempt(to, { region: there });
  if (after.error) {
    assert.ok(after.error.message.includes(`:${key}: `), after.error.message);
    return "refused";
  }
  const found = changes(await run(from, { region: there }), after);
  if (Object.keys(found).length === 0) return "nothing";
  const rolled = Object.keys(found).flatMap((key) =>
    ["+", "-"].includes(found[key]) ? [] : (isNode.exec(key)?.[1] ?? []),
  );
  if (key.startsWith("workerPools.")) assert.ok(rolled.every((group) => group === "pool-workers"));
  const groups = rolled.map((group) => group.replace(/-.*/, ""));
  if (groups.includes("controllers") && groups.includes("pool")) return "all nodes";
  if (groups.includes("controllers")) return "rolls controllers";
  return groups.includes("pool") ? "rolls the pool" : "in place";
}

describe("A change of a setting does to a running cluster what the reference says:", () => {
  const documented = sections().flatMap(({ entries }) =>
    entries.flatMap(({ key, about }) => effectsOf(about).map(([effect]) => `${key}: ${effect}`)),
  );

  it("every setting is tried with each of its effects", () => {
    assert.deepEqual(cases.map(({ key, effect }) => `${key}: ${effect}`).sort(), documented.sort());
  });

  for (const each of cases) {
    it(`${each.key}: ${each.effect}`, async () => assert.equal(await effectOf(each), each.effect));
  }
});
