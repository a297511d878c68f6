import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { Mistake, together, WrongSettings } from "../../settings/errors";

const mistake = fc.record({ key: fc.string(), value: fc.jsonValue(), remedy: fc.string() });

/** How a look-up ends, after how many others. */
const lookup = fc.record({
  after: fc.nat(5),
  end: fc.oneof(
    fc.nat().map((value) => ({ value })),
    fc.array(mistake, { minLength: 1, maxLength: 3 }).map((mistakes) => ({ mistakes })),
  ),
});

async function made({ after, end }: { after: number; end: { value: number } | { mistakes: Mistake[] } }) {
  for (let turn = 0; turn < after; turn++) await Promise.resolve();
  if ("mistakes" in end) throw new WrongSettings(...end.mistakes);
  return end.value;
}

describe("Look-ups that are made together", () => {
  it("report the wrong settings of all, in the order of the look-ups, or return all answers", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(lookup, { maxLength: 6 }), async (lookups) => {
        const mistakes = lookups.flatMap(({ end }) => ("mistakes" in end ? end.mistakes : []));
        const answer = together(lookups.map(made));
        if (mistakes.length === 0) {
          const values = lookups.flatMap(({ end }) => ("value" in end ? end.value : []));
          return assert.deepEqual(await answer, values);
        }
        await assert.rejects(answer, (error) => {
          assert.ok(error instanceof WrongSettings);
          assert.deepEqual(error.mistakes, mistakes);
          return true;
        });
      }),
    );
  });

  it("rethrow any other error, whichever comes first", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(lookup, { maxLength: 6 }),
        fc.nat(6),
        fc.nat(5),
        async (lookups, at, after) => {
          const accident = new Error("Throttling: Rate exceeded");
          const failing = made({ after, end: { value: 0 } }).then(() => Promise.reject(accident));
          const all = lookups.map(made);
          await assert.rejects(together([...all.slice(0, at), failing, ...all.slice(at)]), accident);
        },
      ),
    );
  });
});
