import assert from "node:assert/strict";
import {
  everyChange,
  needsKubernetes,
  parseCommand,
  releasesOf,
  usage,
  type Command,
} from "../../../lab/session/command";
import { drills } from "../../../lab/drills";
import { kubernetesVersion } from "../../../toolchain/kubernetes";

describe("make lab", () => {
  it("runs without arguments what every change has to pass", () => {
    assert.deepEqual(parseCommand([], {}), { drills: [...everyChange], scale: 0.1, limits: 1 });
  });

  it("runs one half of these, by what the nodes run", () => {
    const [etcd, kubernetes] = ["etcd", "kubernetes"].map((half) => parseCommand([half], {}));
    assert.deepEqual([...etcd.drills, ...kubernetes.drills], [...everyChange]);
    const kinds = ({ drills: names }: Command) =>
      new Set(names.flatMap((name) => drills[name]).map((drill) => drill.kubernetes));
    assert.deepEqual([kinds(etcd), kinds(kubernetes)], [new Set(["standIn"]), new Set(["real"])]);
  });

  it("runs the drills that are named, in that order", () => {
    assert.deepEqual(parseCommand(["roll", "crash"], {}).drills, ["roll", "crash"]);
  });

  it("has every drill in `all`, and the destruction last", () => {
    const all = parseCommand(["all"], {}).drills;
    assert.deepEqual(
      new Set(all.flatMap((name) => drills[name].map((drill) => drill.name))),
      new Set(Object.values(drills).flatMap((several) => several.map((drill) => drill.name))),
    );
    assert.equal(all.at(-1), "destroy");
  });

  it("needs Kubernetes for what runs on it, and for nothing else", () => {
    const needs = (...words: string[]) => needsKubernetes(parseCommand(words, {}));
    assert.deepEqual(
      [needs("crash"), needs("stay"), needs("stay", "kubernetes"), needs("crash", "control-plane"), needs()],
      [false, false, true, true, true],
    );
  });

  it("brings Kubernetes' own release, and of others what the drills upgrade from and to", () => {
    const releases = (...words: string[]) => releasesOf(parseCommand(words, {}));
    assert.deepEqual(releases("heal"), [kubernetesVersion]);
    assert.deepEqual(
      new Set(releases("heal", "upgrade")),
      new Set([kubernetesVersion, ...drills.upgrade.flatMap((drill) => drill.releases ?? [])]),
    );
    assert.equal(new Set(releases("upgrade")).size, 3);
  });

  it("refuses an unknown drill, naming it and those there are", () => {
    assert.throws(() => parseCommand(["crash", "boom"], {}), /"boom" is no drill[\s\S]*crash, /);
  });

  it("names every drill in its help", () => {
    for (const name of Object.keys(drills)) assert.match(usage(), new RegExp(`\\b${name}\\b`));
  });

  for (const wrong of ["0", "-1", "1.5", "fast"]) {
    it(`refuses LAB_SCALE=${wrong}`, () => {
      assert.throws(() => parseCommand([], { LAB_SCALE: wrong }), new RegExp(`LAB_SCALE is "${wrong}"`));
    });
  }

  for (const wrong of ["0.9", "11", "high"]) {
    it(`refuses LAB_LIMITS=${wrong}`, () => {
      assert.throws(
        () => parseCommand([], { LAB_LIMITS: wrong }),
        new RegExp(`LAB_LIMITS is "${wrong}"; give a number 1 to 10`),
      );
    });
  }

  it("takes LAB_LIMITS", () => {
    assert.equal(parseCommand([], {}).limits, 1);
    assert.equal(parseCommand([], { LAB_LIMITS: "4" }).limits, 4);
  });

  it("refuses a mood that the local AWS does not have", () => {
    assert.throws(() => parseCommand([], { LOCAL_AWS_MOOD: "angry" }), /LOCAL_AWS_MOOD is "angry"/);
  });

  it("takes LAB_SCALE", () => {
    assert.equal(parseCommand([], { LAB_SCALE: "0.5" }).scale, 0.5);
  });
});
