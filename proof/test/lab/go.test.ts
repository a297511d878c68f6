import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { etcd, etcdutl } from "../../toolchain/etcd";

const folder = path.join(__dirname, "..", "..", "lab", "go");

describe("the lab's Go programs", function () {
  // Nothing is cached on a fresh machine: the dependencies are compiled first, and etcd's programs built.
  this.timeout(900_000);

  for (const [command, ...args] of [
    ["go", "vet", "./..."],
    ["go", "test", "./..."],
    // Go keeps results and does not see that the scripts, which are outside its module, have changed.
    ["go", "test", "-count=1", "-run=TestTheScriptsCommands", "./kubernetes"],
  ] as [string, ...string[]][]) {
    it([command, ...args].join(" "), () => {
      const env = { ...process.env, CGO_ENABLED: "0", ETCD: etcd(), ETCDUTL: etcdutl() };
      const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, env, encoding: "utf8" });
      assert.equal(status, 0, stdout + stderr);
    });
  }
});
