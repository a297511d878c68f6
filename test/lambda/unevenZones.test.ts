import assert from "node:assert/strict";
import { unevenZones } from "../../lambda/zones";

describe("Controllers stand unevenly over their zones", () => {
  /** By zones, and the instances' zones. */
  const uneven = (zones: string, ...instances: readonly [zone: string, state?: string][]) =>
    unevenZones({
      AutoScalingGroupName: "blue-controllers",
      AvailabilityZones: [...zones],
      Instances: instances.map(([AvailabilityZone, LifecycleState = "InService"]) => ({
        InstanceId: "i-1",
        AvailabilityZone,
        LifecycleState,
        HealthStatus: "Healthy",
        ProtectedFromScaleIn: false,
      })),
    } as Parameters<typeof unevenZones>[0]);

  it("when one zone has two more than another, with the number of each", () => {
    assert.deepEqual(uneven("abc", ["a"], ["a"], ["b"]), { a: 2, b: 1, c: 0 });
    assert.deepEqual(uneven("ab", ["a"], ["a"], ["a"], ["b"]), { a: 3, b: 1 });
  });

  it("but not when their number cannot be divided, nor while some of them come or go", () => {
    for (const even of [
      uneven("abc", ["a"], ["b"], ["c"]),
      uneven("abc", ["a"]),
      uneven("ab", ["a"], ["a"], ["b"]),
      uneven("abc", ["a"], ["a"], ["b"], ["b"], ["c"]),
      uneven("abc", ["a"], ["a", "Terminating:Wait"], ["a", "Pending:Wait"], ["b"], ["c"]),
      uneven("a", ["a"], ["a"], ["a"]),
      uneven("abc"),
    ])
      assert.equal(even, undefined);
  });

  it("which is not known of a group without zones", () => {
    assert.equal(uneven("", ["a"]), undefined);
    assert.equal(uneven(""), undefined);
  });
});
