import * as assert from "node:assert/strict";
import { shownOf } from "./shownProgram";

const right = { "aws:region": "eu-central-1", "pulumi-kubeadm:domain": "k8s.example.com" };
const message =
  "1 setting is wrong (docs/settings.md describes each):\n" +
  '  pulumi-kubeadm:name: "Dev": use 2 to 20 lower-case letters, digits and dashes, beginning with a letter';

describe("A refusal of settings", () => {
  it("ends a preview with its message alone, once, without a stack trace", async () => {
    const { errors, written, exitCode } = await shownOf({ ...right, "pulumi-kubeadm:name": "Dev" });
    assert.deepEqual({ errors, written, exitCode }, { errors: [message], written: "", exitCode: 32 });
  });
});
