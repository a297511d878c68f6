import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { kubectl } from "../../toolchain/kubernetes";
import { controllerNode } from "../../../test/ignition/rendered";
import { Apiserver } from "./apiserver";

describe("A real kubectl that replaces Secrets", function () {
  // The first run builds it.
  this.timeout(30 * 60 * 1000);

  let server: Apiserver;
  before(async () => {
    server = await Apiserver.start();
  });
  after(() => server.stop());

  const run = (...args: string[]) => {
    const { status, stdout, stderr } = server.kubectl(args);
    assert.equal(status, 0, stderr);
    return stdout;
  };

  /** The result of secrets-rewrite's own function for Secrets that it has read a while ago. */
  function rewrite(read: string) {
    const script = controllerNode().texts.get("/opt/cluster/bin/secrets-rewrite") ?? "";
    const [rewrite] = /^rewrite\(\) \{$[^]*?^\}$/m.exec(script) ?? [];
    assert.ok(rewrite);
    const before = [
      'fail() { echo "$*" >&2; exit 1; }',
      "key=key2",
      'api_is_hindered() { grep -q "nable to connect"; }',
      `kubectl() { if [[ $1 == get ]]; then cat "$READ"; else "$KUBECTL" --kubeconfig "$KUBECONFIG" "$@"; fi; }`,
    ];
    const program = [...before, rewrite, "rewrite"].join("\n");
    return spawnSync("bash", ["-euo", "pipefail", "-c", program], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...{ PATH: process.env.PATH, HOME: server.folder },
        READ: server.write("read.json", read),
        KUBECTL: kubectl(),
        KUBECONFIG: server.kubeconfig,
      },
    });
  }

  it("reports each one that has changed or is gone, in words that secrets-rewrite knows", () => {
    for (const name of ["changed", "gone", "same"])
      run("create", "secret", "generic", name, "--from-literal=a=1");
    const read = run("get", "secrets", "-o", "json");
    run("label", "secret", "changed", "since=then");
    run("delete", "secret", "gone");
    const { status, stderr } = rewrite(read);
    assert.deepEqual([status, stderr], [0, ""]);
    assert.equal(
      server.kubectl(["replace", "-f", "-"], read).status,
      1,
      "kubectl itself calls them failures",
    );
  });

  it("fails and reports it if one cannot be written", () => {
    const read = run("get", "secrets", "-o", "json").replace('"a": "MQ=="', '"a": "no base64"');
    const { status, stderr } = rewrite(read);
    assert.equal(status, 1);
    assert.match(stderr, /^not every Secret is written again with key2, the next pass tries again: .*/);
    assert.ok(!/Conflict|NotFound/.test(stderr), stderr);
  });
});
