import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { startBridge } from "../../engine/bridge/process";

describe("the bridge's process group", () => {
  let scratch: string;
  beforeEach(() => (scratch = fs.mkdtempSync(path.join(os.tmpdir(), "process-"))));
  afterEach(() => fs.rmSync(scratch, { recursive: true }));

  /** A bridge that reports a port, and starts a process like its Terraform provider. */
  function fakeBridge(port: string): {
    binary: string;
    folder: string;
    pids: () => number[];
    temporaryFolder: () => string;
  } {
    const binary = path.join(scratch, "bridge");
    const pidFile = path.join(scratch, "pids");
    const report = `echo "$$ $!" >'${pidFile}'; echo "$TMPDIR" >'${pidFile}.tmp'; echo ${port}`;
    const text = `#!/bin/sh\nsleep 60 >/dev/null &\n${report}\nwait\n`;
    fs.writeFileSync(binary, text, { mode: 0o755 });
    const folder = path.join(scratch, "work");
    fs.mkdirSync(folder);
    return {
      binary,
      folder,
      pids: () => fs.readFileSync(pidFile, "utf8").trim().split(" ").map(Number),
      temporaryFolder: () => fs.readFileSync(`${pidFile}.tmp`, "utf8").trim(),
    };
  }
  // A dead process without a wait by its parent is still listed, in state Z.
  const isAlive = (pid: number): boolean => {
    const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
    return stdout.trim() !== "" && !stdout.trim().startsWith("Z");
  };
  async function allDead(pids: readonly number[]): Promise<boolean> {
    for (let tries = 0; tries < 40 && pids.some(isAlive); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return !pids.some(isAlive);
  }

  it("is gone after close, with what the bridge started and its folder", async () => {
    const { binary, folder, pids, temporaryFolder } = fakeBridge("4242");
    const bridge = await startBridge(binary, folder, []);
    assert.equal(bridge.port, 4242);
    assert.equal(temporaryFolder(), folder, "sockets of the provider would be left elsewhere");
    assert.ok(pids().every(isAlive));
    await bridge.close();
    assert.ok(await allDead(pids()));
    assert.ok(!fs.existsSync(folder));
  });

  it("is gone after its plugin was killed without a chance to close it", async () => {
    const { binary, folder, pids } = fakeBridge("4242");
    const module = JSON.stringify(require.resolve("../../engine/bridge/process.ts"));
    const register = require.resolve("ts-node/register/transpile-only");
    const start = `require(${module}).startBridge(process.argv[1], process.argv[2], []).then(() => console.log("up"))`;
    const plugin = spawn(process.execPath, ["-r", register, "-e", start, binary, folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(plugin.stdout, "data");
    assert.ok(pids().every(isAlive));
    plugin.kill("SIGKILL");
    assert.ok(await allDead(pids()));
  });

  it("reports the output that came instead of a port", async () => {
    const { binary, folder, pids } = fakeBridge("hello");
    await assert.rejects(startBridge(binary, folder, []), /did not report a port, but "hello"/);
    assert.ok(await allDead(pids()));
  });
});
