import { deepEqual, equal } from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { drills } from "../../../lab/drills";
import { mayFail, unitFailureLines } from "../../../lab/drills/unitFailures";
import { projectFolder } from "../../../local/folders";

describe("The failures of units in a drill", () => {
  const failure = {
    instance: "i-1",
    unit: "etcd-snapshot.service",
    result: "exit-code",
    time: Date.UTC(2026, 10, 23),
  };

  it("are told by unit and result, with the instances and the first time", () => {
    const later = { ...failure, instance: "i-2", time: failure.time + 1000 };
    deepEqual(unitFailureLines([failure, later, { ...failure, unit: "etcd.service" }]), [
      "etcd-snapshot.service failed (exit-code) 2 times on i-1, i-2, first at 2026-11-23T00:00:00.000Z",
      "etcd.service failed (exit-code) once on i-1, first at 2026-11-23T00:00:00.000Z",
    ]);
  });

  it("fail the drill unless it names the unit, or the template for all its instances", () => {
    equal(mayFail({}, "etcd-snapshot.service"), false);
    equal(mayFail({ failingUnits: ["etcd-snapshot.service"] }, "etcd-snapshot.service"), true);
    equal(mayFail({ failingUnits: ["etcd-snapshot.service"] }, "etcd.service"), false);
    equal(mayFail({ failingUnits: ["drain@.service"] }, "drain@i-1.service"), true);
    equal(mayFail({ failingUnits: ["drain@i-1.service"] }, "drain@i-2.service"), false);
  });

  it("are allowed for units that nodes have", () => {
    const files = path.join(projectFolder, "ignition", "files");
    const folders = readdirSync(files).map((tree) => path.join(files, tree, "etc/systemd/system"));
    const named = Object.values(drills)
      .flat()
      .flatMap(({ failingUnits = [] }) => failingUnits);
    deepEqual(
      named.filter((unit) => !folders.some((folder) => existsSync(path.join(folder, unit)))),
      [],
    );
  });
});
