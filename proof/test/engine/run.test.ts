import assert from "node:assert/strict";
import { moduleVersion } from "../../engine/goPrograms";
import { run } from "../../engine/run";

describe("a command that the engine runs", () => {
  it("gives its standard output", async () => {
    assert.equal(await run("sh", ["-c", 'echo "$GREETING"'], { env: { GREETING: "hello" } }), "hello\n");
  });

  it("fails with its command line, exit code and error output", async () => {
    await assert.rejects(run("sh", ["-c", "echo because >&2; exit 3"]), /sh -c .*exit code 3.*\nbecause/);
  });

  it("ends with all it started when it takes too long", async () => {
    const started = Date.now();
    await assert.rejects(run("sh", ["-c", "sleep 30 & wait"], { limitSeconds: 0.2 }), /took more than 0.2 s/);
    assert.ok(Date.now() - started < 5000);
  });
});

describe("the version of a Go tool", () => {
  it("is the one its go.mod requires, in either spelling", () => {
    assert.equal(moduleVersion("module x\nrequire example.com/a v1.2.3\n", "example.com/a"), "v1.2.3");
    assert.equal(
      moduleVersion(
        "require (\n\texample.com/a/b v9.9.9 // indirect\n\texample.com/a v1.2.4\n)",
        "example.com/a",
      ),
      "v1.2.4",
    );
    assert.throws(
      () => moduleVersion("module x\n", "example.com/a"),
      /no required version of example.com\/a/,
    );
  });
});
