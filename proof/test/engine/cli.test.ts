import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { entryName } from "../../engine/cache";
import { findCli, type CliSearch } from "../../engine/cli";

describe("the engine's choice of a CLI", () => {
  let folder: string;
  let lines: string[];
  const { PATH } = process.env;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "cli-"));
    lines = [];
    process.env.PATH = `${path.join(folder, "bin")}${path.delimiter}/bin${path.delimiter}/usr/bin`;
  });
  afterEach(() => {
    process.env.PATH = PATH;
    fs.rmSync(folder, { recursive: true });
  });

  /** A CLI that knows only its version. */
  function fakeCli(file: string, version: string): string {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
    return file;
  }
  const onPath = (version: string): string => fakeCli(path.join(folder, "bin", "pulumi"), version);
  const search = (overrides: Partial<CliSearch> = {}): CliSearch => ({
    cacheRoot: path.join(folder, "cache"),
    report: (line) => lines.push(line),
    onlyBuild: false,
    canDownload: async () => false,
    build: () => fakeCli(path.join(folder, "built", "bin", "pulumi"), "v3.256.0"),
    ...overrides,
  });

  it("is the one on PATH, if the Automation API takes it", async () => {
    const file = onPath("v3.270.0");
    const cli = await findCli(search({ build: () => assert.fail("must not build") }));
    assert.equal(cli.command.command, "pulumi");
    assert.equal(cli.origin, `${file} (3.270.0)`);
    assert.deepEqual(lines, []);
  });

  it("passes over one that is too old, and says so in one line", async () => {
    const file = onPath("v2.25.0");
    const cli = await findCli(search());
    assert.equal(cli.command.version?.version, "3.256.0");
    assert.equal(lines.length, 1);
    assert.match(lines[0], new RegExp(`^Not using ${file}: .*2\\.25\\.0.*$`));
  });

  it("passes over one that does not run", async () => {
    const file = onPath("v3.270.0");
    fs.writeFileSync(file, "#!/bin/sh\nexit 1\n");
    assert.match((await findCli(search())).origin, /built here with Go/);
    assert.match(lines.join("\n"), new RegExp(`^Not using ${file}: `));
  });

  it("is an earlier download, if PATH has none", async () => {
    const { version } = require("@pulumi/pulumi/package.json") as { version: string };
    const entry = entryName({ tool: "pulumi-download", version, recipe: [] });
    fakeCli(path.join(folder, "cache", entry, "bin", "pulumi"), `v${version}`);
    assert.match((await findCli(search())).origin, /downloaded before, from the cache/);
  });

  it("is an own build, if there is nothing else and no download site", async () => {
    const cli = await findCli(search());
    assert.equal(cli.command.command, path.join(folder, "built", "bin", "pulumi"));
  });

  it("is an own build, even with a CLI on PATH, when that is asked for", async () => {
    onPath("v3.270.0");
    assert.match((await findCli(search({ onlyBuild: true }))).origin, /built here with Go/);
  });
});
