import assert from "node:assert/strict";
import { firstOf, skewsIn, type Sample } from "../../../lab/drills/deployment/versions";

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

const [old, young] = ["v1.36.9", "v1.37.0"] as const;
const three = (version: string) => [version, version, version];
/** One controller has been replaced, the others not. */
const mixed = sample([old, old, old, young], [old, old]);
const to = { size: 3, target: young };

describe("What an observer of an upgrade finds wrong", () => {
  it("is nothing where controllers go before workers, one by one", () => {
    const samples = [
      sample(three(old), [old, old], 2),
      mixed,
      sample([old, old, young], [old, old]), // one did not answer in time
      sample([old, young, young, young], [old, old]),
      sample(three(young), [old, young]),
    ];
    assert.deepEqual(skewsIn(samples, to), []);
  });

  it("is a kubelet of a newer minor version than an apiserver, by number and not by letter", () => {
    assert.deepEqual(skewsIn([mixed, sample(["v1.9.9", "v1.10.0", "v1.10.0"], ["v1.10.0"])], to), [
      "the kubelet of worker-0 ran v1.10.0, an apiserver v1.9.9, which is a minor version older",
    ]);
  });

  it("is a worker of the new patch release beside an old apiserver, which the policy allows", () => {
    const [before, after] = ["v1.36.9", "v1.36.10"] as const;
    const samples = [sample([before, before, after], [before]), sample([before, after, after], [after])];
    assert.deepEqual(skewsIn(samples, { size: 3, target: after }), [
      "the kubelet of worker-0 ran v1.36.10, an apiserver v1.36.9: workers first",
    ]);
  });

  it("is two minor versions between apiservers", () => {
    assert.deepEqual(skewsIn([sample(["v1.36.1", "v1.36.1", "v1.38.0"], [])], to), [
      "apiservers ran v1.36.1 and v1.38.0",
    ]);
  });

  it("is more than one controller beside the old ones, and no ready pod", () => {
    const five = Array<string>(5).fill(old);
    assert.deepEqual(skewsIn([mixed, sample(five, [], 0)], to), [
      "5 apiservers served at once",
      "no pod of the Deployment was ready",
    ]);
  });

  it("is an old controller that left before the new one served, if it was so twice in a row", () => {
    const two = sample([old, young], [old]);
    assert.deepEqual(skewsIn([mixed, two, mixed, two], to), []);
    assert.deepEqual(skewsIn([mixed, two, two], to), ["only 2 apiservers served"]);
    assert.deepEqual(skewsIn([mixed, two, sample([], [])], to), ["only 0 apiservers served"]);
  });

  it("is that nobody saw the order", () => {
    const unseen = ["nobody saw apiservers of two versions at once"];
    assert.deepEqual(skewsIn([], to), unseen);
    assert.deepEqual(skewsIn([sample(three(old), [old]), sample(three(young), [young])], to), unseen);
  });
});

describe("The first controller of a version", () => {
  it("is the one whose apiserver was seen first", () => {
    const samples = [
      sample(three(old), [], 1, 1000),
      { ...mixed, time: 2000 },
      sample(three(young), [], 1, 3000),
    ];
    assert.deepEqual(firstOf(samples, young), { instance: "i-3", time: 2000 });
  });

  it("is missed if there is none", () => {
    assert.throws(() => firstOf([sample(three(old), [])], young), /no apiserver of v1\.37\.0 was seen/);
  });
});
