import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execute } from "../../../lab/execute";
import { baseRoot } from "../../../lab/node/root";
import { ignition } from "../../../toolchain/ignition";
import type { Facts } from "./twoMachines";

describe("The lab's machines", function () {
  let facts: Facts;

  before(async function () {
    this.timeout(600_000); // the first time on a machine builds Ignition and installs a base root
    if (process.platform !== "linux" || process.getuid?.() !== 0)
      throw new Error("these tests boot machines: run them as root, on Linux");
    const logs = mkdtempSync(path.join(tmpdir(), "machines-"));
    try {
      const parts = [await baseRoot((line) => process.stderr.write(`${line}\n`)), ignition(), logs];
      const node = [process.execPath, "-r", "ts-node/register/transpile-only"];
      const namespaces = ["--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child=SIGKILL"];
      const program = path.join(__dirname, "twoMachines.ts");
      facts = JSON.parse(
        await execute("unshare", [...namespaces, ...node, program, ...parts], { seconds: 120 }),
      ) as Facts;
    } finally {
      rmSync(logs, { recursive: true, force: true });
    }
  });

  it("boot from what their user data says", () => {
    deepEqual(facts.happenings.slice(0, 3), ["powered on", "configured", "booted"]);
    equal(facts.marker, "from Ignition");
    equal(facts.enabledBySection, "enabled");
    equal(facts.state, "running");
  });

  it("are called as EC2 calls them, by the first label as on Flatcar", () => {
    equal(facts.hostname, "ip-10-0-0-5");
  });

  it("have Flatcar's folders: /usr is read-only but for the kubelet's plugins, which are below /var", () => {
    deepEqual(facts.isWritable, {
      "/usr": false,
      "/usr/local/bin": false,
      "/usr/share": false,
      "/usr/libexec/kubernetes/kubelet-plugins/volume/exec": true,
      "/opt": true,
      "/etc": true,
      "/var": true,
    });
    deepEqual(facts.links, { "/bin": "usr/bin", "/sbin": "bin", "/usr/sbin": "bin", "/usr/bin/sh": "bash" });
  });

  it("have Flatcar's programs that node scripts use, and none of Debian's that Flatcar lacks", () => {
    deepEqual([facts.missing, facts.superfluous], [[], []]);
  });

  it("do not boot if their user data write below /usr", () => {
    match(facts.ignitionSays, /\/usr\/local\/bin\/made.*read-only file system/);
  });

  it("reach each other's open ports and no others", () => {
    deepEqual([facts.openPort, facts.closedPort, facts.ownPort], [true, false, true]);
  });

  it("have Flatcar's bash, which connects to nothing", () => {
    match(facts.bashSays, /\/dev\/tcp\/10\.0\.0\.5\/8080: No such file or directory/);
  });

  it("reach nobody while they are cut off", () => {
    deepEqual([facts.whileCut, facts.afterMend], [false, true]);
  });

  it("have machine ids of their own", () => {
    notEqual(facts.otherMachineId, facts.machineIds[0]);
  });

  it("keep disk and machine id over reboots and power failures, and are configured once", () => {
    equal(new Set(facts.machineIds).size, 1);
    match(facts.machineIds[0] ?? "", /^[0-9a-f]{32}$/);
    deepEqual(facts.boots, ["up", "up", "up"]);
    deepEqual(facts.happenings, ["powered on", "configured", "booted", "booted", "booted", "gone"]);
  });

  it("write units' output to the console", () => {
    match(facts.console, /sh\[\d+\]: up/);
  });

  it("tell of each unit that failed, in an earlier boot too, and not of one that restarts or is stopped", () => {
    deepEqual(facts.failedWhileOn, [
      "calls-perl.service exit-code",
      "fails.service exit-code",
      "gives-up.service exit-code",
      "is-killed.service signal",
      "writes-usr.service exit-code",
    ]);
  });

  it("tell of units that failed since then before their disk is gone", () => {
    deepEqual(facts.failedAtRemoval, ["fails.service exit-code"]);
  });

  it("leave nothing behind", () => {
    equal(facts.left, "nothing");
  });
});
