import assert from "node:assert/strict";
import { skewsIn, type Sample } from "../../../lab/drills/kubernetes/versions";

const sample = (
  apiservers: readonly string[],
  kubelets: readonly string[],
  readyPods = 1,
  time = 0,
): Sample => ({
  time,
  readyPods,
  apiservers: new Map(apiservers.map((version, n) => [`i-${n}`, version])),
  kubelets: new Map(kubelets.map((version, n) => [`worker-${n}`, version])),
});

describe("What an observer of an upgrade finds wrong", () => {
  it("is nothing where controllers go before workers, one by one", () => {
    const [old, young] = ["v1.36.9", "v1.37.0"];
    assert.deepEqual(
      skewsIn(
        [
          sample([old, old, old], [old, old], 2),
          sample([old, old, old, young], [old, old], 2),
          sample([young, young, young], [old, young], 1),
        ],
        3,
      ),
      [],
    );
  });

  it("is a kubelet newer than an apiserver, by number and not by letter", () => {
    assert.deepEqual(skewsIn([sample(["v1.36.9", "v1.36.10"], ["v1.36.10"])], 3), [
      "the kubelet of worker-0 ran v1.36.10, an apiserver v1.36.9",
    ]);
  });

  it("is two minor versions between apiservers", () => {
    assert.deepEqual(skewsIn([sample(["v1.36.1", "v1.38.0"], [])], 3), [
      "apiservers ran v1.36.1 and v1.38.0",
    ]);
  });

  it("is more than one controller beside the old ones, and no ready pod", () => {
    const five = Array<string>(5).fill("v1.36.1");
    assert.deepEqual(skewsIn([sample(five, [], 0)], 3), [
      "5 apiservers served at once",
      "no pod of the Deployment was ready",
    ]);
  });

  it("is that nobody looked", () => assert.deepEqual(skewsIn([], 3), ["nobody looked"]));
});
