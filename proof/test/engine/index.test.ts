import assert from "node:assert/strict";
import { findEngine } from "../../engine";

describe("PULUMI_KUBEADM_ENGINE", () => {
  const before = process.env.PULUMI_KUBEADM_ENGINE;
  afterEach(() => {
    if (before === undefined) delete process.env.PULUMI_KUBEADM_ENGINE;
    else process.env.PULUMI_KUBEADM_ENGINE = before;
  });

  it("is refused with its value and the possible ones when it is neither", async () => {
    process.env.PULUMI_KUBEADM_ENGINE = "docker";
    await assert.rejects(
      findEngine(() => undefined),
      /PULUMI_KUBEADM_ENGINE is "docker"; it may be "build" or unset/,
    );
  });
});
