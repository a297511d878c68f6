import * as assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";

/** Holds a text to a file that a person has reviewed. UPDATE_GOLDEN=1 rewrites the file. */
export function assertGolden(file: string, now: string): void {
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, now);
  assert.equal(now, readFileSync(file, "utf8"));
}
