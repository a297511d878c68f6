import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { withoutNetwork } from "../../toolchain/flatcarBash";
import { runChore } from "../scripts/chore";
import { everyKindOfNode } from "../../../test/ignition/rendered";

describe("The bash of the tests behaves like Flatcar's: it connects to nothing", () => {
  const listening = `require("net").createServer().listen(0, "127.0.0.1", function () { console.log(this.address().port); })`;
  const server = spawn(process.execPath, ["-e", listening], { stdio: ["ignore", "pipe", "inherit"] });
  let port: string;

  before(async () => {
    const [line] = (await once(server.stdout, "data")) as [Buffer];
    port = line.toString().trim();
  });
  after(() => server.kill());

  const connect = () => `: <>/dev/tcp/127.0.0.1/${port}`;
  const noFile = /\/dev\/tcp\/127\.0\.0\.1\/\d+: No such file or directory/;

  it("when a test runs `bash`; Debian's own connects", () => {
    assert.match(spawnSync("bash", ["-c", connect()]).stderr.toString(), noFile);
    assert.equal(spawnSync("/bin/bash", ["-c", connect()]).stderr.toString(), "");
  });

  it("when a test runs a controller's script", () => {
    const files = { "/opt/cluster/bin/connects": `#!/bin/bash\n${connect()}\n` };
    const { status, log } = runChore("connects", [], { kubectl: {}, files });
    assert.match(log.join(), noFile);
    assert.equal(status, 1);
  });

  it("and differs from Debian's only in these two names", () => {
    const bash = readFileSync("/bin/bash");
    const changed = withoutNetwork(bash);
    assert.equal(changed.length, bash.length);
    assert.ok(bash.filter((byte, at) => byte !== changed[at]).length <= 24);
    assert.equal(changed.includes("/dev/tcp/"), false);
    assert.equal(changed.includes("/dev/udp/"), false);
  });

  it("and no file or unit of a node names a network device of bash", () => {
    for (const [kind, node] of Object.entries(everyKindOfNode)) {
      const { texts, units } = node();
      const all = [...texts, ...units.map(({ name, contents = "" }) => [name, contents])];
      const naming = all.filter(([, text = ""]) => /\/dev\/(tcp|udp)/.test(text)).map(([name]) => name);
      assert.deepEqual(naming, [], kind);
    }
  });
});
