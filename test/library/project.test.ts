import * as assert from "node:assert/strict";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Cluster } from "../../components/cluster";
import { runPreflight } from "../../preflight/preflight";
import { Run, runOf, stackConfig } from "../engine/stack";
import { settingsOf } from "./settingsOf";

const files = {
  "package.json": JSON.stringify({
    name: "theirs",
    dependencies: { "left-pad": "1.0.0" },
    optionalDependencies: { "right-pad": "1.0.0" },
  }),
  "node_modules/left-pad/package.json": JSON.stringify({ name: "left-pad", version: "1.0.0" }),
  "node_modules/right-pad/package.json": JSON.stringify({ name: "right-pad", version: "1.0.0" }),
  "site/theirs.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: theirs}\n",
};

describe("A cluster in the program of another project", () => {
  const here = process.cwd();
  let folder: string;
  let run: Run;

  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), "theirs-")));
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    process.chdir(folder);
    run = await runOf(async () => {
      const settings = settingsOf("blue", { addons: { manifests: ["site"] } });
      return new Cluster("blue", { settings, preflight: await runPreflight(settings) }).outputs;
    }, stackConfig("dev"));
  });

  after(async () => {
    process.chdir(here);
    await rm(folder, { recursive: true });
  });

  it("has a discovery function with only its own text, whatever that project depends on", () => {
    const lambda = run.resources.find(({ type }) => type === "lambda.Function");
    assert.deepEqual(Object.keys(lambda?.inputs.code.assets), ["__index.js"]);
    assert.match(lambda?.inputs.code.assets["__index.js"].text, /exports\.handler = __handlerFactory/);
  });

  it("finds added manifests in that project", () => {
    const manifest = run.resources.find(({ inputs }) => inputs.key === "addons/manifest.yaml");
    assert.match(manifest?.inputs.content, /"name": "theirs"/);
  });
});
