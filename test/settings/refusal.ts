import * as assert from "node:assert/strict";
import { parseSettings } from "../../settings";

/** Settings that are complete and right. */
export const right = { name: "dev", domain: "k8s.example.com" };

/** What a person wrote, and the line that tells them: key, value, remedy. */
export type Mistake = [wrong: Record<string, unknown>, line: string];

/** A test for each of the mistakes. */
export function refusesEach(mistakes: readonly Mistake[]): void {
  for (const [wrong, line] of mistakes) {
    it(line.length > 120 ? `${line.slice(0, 117)}...` : line, () => {
      assert.throws(() => parseSettings({ ...right, ...wrong }), {
        message: `1 setting is wrong (docs/settings.md describes each):\n  pulumi-kubeadm:${line}`,
      });
    });
  }
}
