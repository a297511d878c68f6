import * as assert from "node:assert/strict";
import { firmwareSeconds } from "../../components/nodes/capacity";
import { region } from "../engine/region";
import { run, stackConfig } from "../engine/stack";

describe("Bare metal", () => {
  it("is recognised by the type's name, also among other types", () => {
    for (const type of ["i3.metal", "m8g.metal-24xl", "u-6tb1.metal"]) {
      assert.equal(firmwareSeconds({ kind: "fixed", instanceType: type }), 1800, type);
      const instanceTypes = ["m7i.large", type];
      assert.equal(firmwareSeconds({ kind: "mixed", instanceTypes, spotPercent: 0 }), 1800, type);
    }
    for (const instanceType of ["m7i.large", "metal1.large", "m7i.metallic"])
      assert.equal(firmwareSeconds({ kind: "fixed", instanceType }), 0, instanceType);
  });

  it("gets half an hour more before its launch is abandoned, also in an existing group; other groups do not", async function () {
    this.timeout(120_000);
    const workerPools = { metal: { instanceTypes: ["i3.metal"] }, others: {} };
    const here = region("eu-central-1");
    const instanceTypes = { ...here.instanceTypes, x86_64: ["i3.metal", ...here.instanceTypes.x86_64] };
    const { resources } = await run(
      { ...stackConfig("dev"), workerPools },
      { region: { ...here, instanceTypes } },
    );
    const launch = resources
      .filter(({ type }) => type === "autoscaling.Group")
      .map(({ name, inputs }) => [name, inputs.initialLifecycleHooks[0].heartbeatTimeout]);
    assert.deepEqual(launch, [
      ["dev-controllers", 900],
      ["dev-pool-metal", 2700],
      ["dev-pool-others", 900],
    ]);
    const hooks = resources.filter(({ type }) => type === "autoscaling.LifecycleHook");
    assert.deepEqual(
      hooks.map(({ name, inputs }) => [name, inputs.name, inputs.defaultResult, inputs.heartbeatTimeout]),
      [["dev-pool-metal", "launch", "ABANDON", 2700]],
    );
  });
});
