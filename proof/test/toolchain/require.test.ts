import { deepEqual, equal, match } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const project = path.join(__dirname, "../../..");
const script = path.join(project, "proof/toolchain/require");

describe("What a make target needs of the machine", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "require-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** The machine's commands by the names given, and programs of a test's own. */
  function machineWith(commands: readonly string[], programs: Readonly<Record<string, string>> = {}): void {
    for (const name of commands) {
      const { stdout } = spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" });
      symlinkSync(stdout.trim(), path.join(folder, name));
    }
    for (const [name, text] of Object.entries(programs))
      writeFileSync(path.join(folder, name), text, { mode: 0o755 });
  }

  function require(target: string) {
    const { status, stdout, stderr } = spawnSync("bash", [script, target], {
      env: { PATH: folder },
      encoding: "utf8",
    });
    return { status, said: (stdout + stderr).split("\n").filter((line) => line !== "") };
  }

  const shell = ["bash", "sed", "sort", "head", "uname"];
  const newEnough = {
    node: "#!/bin/sh\necho v20.19.0\n",
    python3: "#!/bin/sh\nexit 0\n",
    go: "#!/bin/sh\necho go1.25.0\n",
    npm: "#!/bin/sh\n",
    unshare: "#!/bin/sh\nexit 0\n",
  };

  it("is told at once and whole, where nothing can be installed", () => {
    machineWith(shell);
    const { status, said } = require("lab");
    equal(status, 1);
    match(said[0] ?? "", /^make lab needs what this machine does not have: Node\.js 20\.19 or newer/);
    match(said.join("\n"), /It also needs Python 3\.11 or newer/);
    match(said.join("\n"), /It also needs Go 1\.25 or newer/);
    match(
      said.join("\n"),
      /It also needs packages by their names in Debian: .*\bnftables\b.*\bsystemd-container\b/,
    );
    equal(said.at(-1), "Nothing was done.");
  });

  it("is told of the goals that were given to make, whichever of the targets needs it", () => {
    const make = spawnSync("sh", ["-c", "command -v make"], { encoding: "utf8" }).stdout.trim();
    machineWith(shell);
    for (const goals of ["down", "preview", "clean", "lab", "local down"]) {
      const { status, stderr } = spawnSync(make, ["--directory", project, ...goals.split(" ")], {
        env: { PATH: folder },
        encoding: "utf8",
      });
      equal(status, 2);
      match(stderr, new RegExp(`^make ${goals} needs what this machine does not have: Node`, "m"));
    }
  });

  it("names the version that is too old", () => {
    machineWith(shell, {
      ...newEnough,
      node: "#!/bin/sh\necho v20.9.1\n",
      go: "#!/bin/sh\necho go1.24.9\n",
    });
    const said = require("test-all").said.join("\n");
    match(said, /Node\.js 20\.19 or newer \(this machine has v20\.9\.1\)/);
    match(said, /Go 1\.25 or newer \(this machine has go1\.24\.9\)/);
  });

  it("is no more than Node for the product's tests", () => {
    machineWith(shell, { node: newEnough.node, npm: newEnough.npm });
    deepEqual(require("test"), { status: 0, said: [] });
  });

  it("is no more than Node and Python for the local AWS", () => {
    machineWith(shell, { node: newEnough.node, npm: newEnough.npm, python3: newEnough.python3 });
    deepEqual(require("local"), { status: 0, said: [] });
  });

  it("is npm too, which Debian has apart from Node", () => {
    machineWith(shell, { node: newEnough.node, python3: newEnough.python3 });
    const { status, said } = require("local");
    equal(status, 1);
    match(said[0] ?? "", /^make local needs what this machine does not have: npm/);
  });

  it("is the right to make namespaces, which a container's root lacks", () => {
    machineWith(shell, { ...newEnough, "apt-get": "#!/bin/sh\n", unshare: "#!/bin/sh\nexit 1\n" });
    const { status, said } = require("lab");
    equal(status, 1);
    match(
      said[0] ?? "",
      /^make lab needs what this machine does not have: the right to make network namespaces/,
    );
  });

  it("is installed in one go for root on Debian", () => {
    const apt = path.join(folder, "apt");
    machineWith(shell, { ...newEnough, "apt-get": `#!/bin/bash\necho "$*" >>${apt}\n` });
    const { status, said } = require("test-all");
    equal(status, 0, said.join("\n"));
    match(said.join("\n"), /^Installing what make test-all needs \(once\): .*\bnftables\b.*\bshellcheck\b/);
    const [update, install] = readFileSync(apt, "utf8").split("\n");
    equal(update, "-qq update");
    match(install ?? "", /^-qq install --yes --no-install-recommends .*\bnftables\b/);
  });

  it("is root on Linux for tests, which an ordinary user is told in the first line", () => {
    machineWith(shell, newEnough);
    const { status, stderr } = spawnSync(
      "setpriv",
      ["--reuid=65534", "--clear-groups", "bash", script, "test-all"],
      {
        encoding: "utf8",
      },
    );
    equal(status, 1);
    match(stderr.split("\n")[0] ?? "", /make test-all needs what this machine does not have: .*/);
    match(stderr, /root on Linux, because it makes network namespaces and mounts/);
  });

  it("and what CI hides of it, is written as shellcheck wants it", () => {
    const scripts = [script, ...["run", "new-machine"].map((name) => path.join(project, ".ci", name))];
    const { status, stdout } = spawnSync("shellcheck", scripts, { encoding: "utf8" });
    equal(status, 0, stdout);
  });
});
