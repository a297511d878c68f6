import * as assert from "node:assert/strict";
import { checkedLines } from "../../local/aws/checkedRequests";
import { Cloud } from "./cloud";

let cloud: Cloud | undefined;

/**
 * The single cloud of a file's node tests, which takes seconds to start. Each suite that asks for it gets it
 * empty.
 */
export async function sharedCloud(): Promise<Cloud> {
  cloud ??= await Cloud.start();
  await cloud.empty();
  return cloud;
}

/** Mocha calls this after each file. Requests of the nodes that AWS would not take fail the file. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    if (!cloud) return;
    const checked = await cloud.checkedRequests().finally(() => {
      cloud?.stop();
      cloud = undefined;
    });
    const lines = checkedLines(checked);
    console.log(`      ${lines[0]}`);
    assert.deepEqual(checked.faults, [], lines.join("\n"));
  },
};
