import * as assert from "node:assert/strict";
import { refusal } from "../../settings/errors";
import { shownOf } from "./shownProgram";

const right = { "aws:region": "eu-central-1", "pulumi-kubeadm:domain": "k8s.example.com" };
const one = "1 setting is wrong (docs/settings.md describes each):\n  pulumi-kubeadm:";

const refused: [what: string, config: Readonly<Record<string, string>>, message: string][] = [
  [
    "a wrong setting",
    { "pulumi-kubeadm:name": "Dev" },
    'name: "Dev": use 2 to 20 lower-case letters, digits and dashes, beginning with a letter',
  ],
  [
    "a setting that does not fit what AWS has",
    { "pulumi-kubeadm:name": "dev", "pulumi-kubeadm:zones": "4" },
    "zones: 4: eu-central-1 has 3 (eu-central-1a, eu-central-1b, eu-central-1c): use that many or fewer; you can add zones later",
  ],
];

describe("A preview ends with one message and no stack trace for", () => {
  for (const [what, config, message] of refused) {
    it(what, async () => {
      const shown = await shownOf({ ...right, ...config });
      assert.deepEqual(shown, { errors: [one + message], written: "", exitCode: 32 });
    }).timeout(300_000);
  }
});

describe("A refusal", () => {
  it("has no stack, because Pulumi spends 15 s and more on formatting one", () => {
    assert.equal(refusal([], "pulumi-kubeadm").stack, undefined);
  });
});
