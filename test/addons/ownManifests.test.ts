import * as assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { readOwnManifests } from "../../preflight/ownManifests";
import { WrongSettings } from "../../settings/errors";

const namespace = (name: string) => `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`;

describe("A stack's own manifests", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "manifests-"));
    const write = (name: string, text: string) => {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    };
    write("site/b.yml", namespace("b"));
    write("site/a/c.yaml", namespace("c"));
    write("site/README.md", "no manifest");
    write("one.txt", namespace("one"));
    write("empty/README.md", "no manifest");
    write("my site/d.yaml", `\uFEFF---\n${namespace("d")}`);
    write("odd/crds.yaml/e.yaml", namespace("e"));
    symlinkSync("nobody@nowhere.1", path.join(folder, "empty/.#f.yaml"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const mistakesOf = async (...paths: string[]) => {
    const error: unknown = await readOwnManifests(
      paths,
      [{ name: "ours.yaml", text: namespace("c") }],
      folder,
    ).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof WrongSettings, String(error));
    return error.mistakes;
  };

  it("are the named files, and the YAML files in and below named folders, in order", async () => {
    const files = await readOwnManifests(["one.txt", "site"], [], folder);
    assert.deepEqual(
      files.map(({ name, text }) => [name, text]),
      [
        ["one.txt", namespace("one")],
        ["site/a/c.yaml", namespace("c")],
        ["site/b.yml", namespace("b")],
      ],
    );
  });

  it("are none by default", async () => {
    assert.deepEqual(await readOwnManifests([], [], folder), []);
  });

  it("that do not exist are refused with their setting", async () => {
    mkdirSync(path.join(folder, "bare"));
    assert.deepEqual(await mistakesOf("one.txt", "none.yaml", "bare"), [
      {
        key: "addons.manifests[1]",
        value: "none.yaml",
        remedy: "there is no such file or folder in the project",
      },
      { key: "addons.manifests[2]", value: "bare", remedy: "there is no .yaml or .yml file in this folder" },
    ]);
  });

  it("may have spaces in their paths, a byte order mark, and folders that are named like files", async () => {
    const files = await readOwnManifests(["./my site/", "odd"], [], folder);
    assert.deepEqual(
      files.map(({ name, text }) => [name, text]),
      [
        ["my site/d.yaml", `---\n${namespace("d")}`],
        ["odd/crds.yaml/e.yaml", namespace("e")],
      ],
    );
  });

  it("that cannot be read are refused with the file's name", async () => {
    const [{ key, remedy }, ...others] = await mistakesOf("one.txt", "empty");
    assert.deepEqual([key, others], ["addons.manifests[1]", []]);
    assert.match(remedy, /^empty\/\.#f\.yaml cannot be read: ENOENT/);
  });

  it("that are named twice are refused with both settings", async () => {
    const again = { key: "addons.manifests[1]", value: "./site/b.yml" };
    assert.deepEqual(await mistakesOf("site/", "./site/b.yml").then((found) => found[0]), {
      ...again,
      remedy: "site/b.yml is in addons.manifests[0] already",
    });
  });

  it("that the project has too are refused with the setting, the file, the line and a remedy", async () => {
    assert.deepEqual(await mistakesOf("one.txt", "site"), [
      {
        key: "addons.manifests[1]",
        value: "site",
        remedy:
          "site/a/c.yaml, line 1: Namespace - c is in ours.yaml, line 1 too: to bring your own, add ours to addons.leaveOut",
      },
    ]);
  });

  const told: [what: string, file: string, content: string | Buffer, remedy: RegExp][] = [
    [
      "is in Latin-1",
      "latin1.yaml",
      Buffer.from(`# a\n${namespace("f")}# \xe9\n`, "latin1"),
      /^latin1\.yaml, line 5: is not UTF-8/,
    ],
    [
      "is in UTF-16",
      "utf16.yaml",
      Buffer.from(namespace("f"), "utf16le"),
      /^utf16\.yaml, line 1: is UTF-16: save it as UTF-8/,
    ],
    [
      "is a template",
      "t.yaml",
      namespace("{{ .name }}"),
      /^t\.yaml, line 3: .*: if this is a template, render it to a file first/,
    ],
    [
      "belongs to a chart",
      "c/Chart.yaml",
      "name: c\n",
      /^c\/Chart\.yaml belongs to a Helm chart: .* `helm template --no-hooks NAME c`$/,
    ],
    [
      "belongs to kustomize",
      "k/kustomization.yml",
      "resources: []\n",
      /^k\/kustomization\.yml belongs to kustomize: .* `kubectl kustomize k`$/,
    ],
    [
      "is too large",
      "large.yaml",
      Buffer.alloc(16 * 2 ** 20 + 1, "#"),
      /^large\.yaml is larger than 16777216 bytes: split it/,
    ],
  ];
  for (const [what, name, content, remedy] of told) {
    it(`are refused with a remedy where a file ${what}`, async () => {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), content);
      for (const given of [name, ...(name.includes("/") ? [path.dirname(name)] : [])]) {
        const [mistake, ...others] = await mistakesOf(given);
        assert.deepEqual([mistake.key, others], ["addons.manifests[0]", []]);
        assert.match(mistake.remedy, remedy);
      }
    });
  }

  it("may be in folders that links lead to, even in a circle", async () => {
    mkdirSync(path.join(folder, "round/below"), { recursive: true });
    writeFileSync(path.join(folder, "round/below/g.yaml"), namespace("g"));
    symlinkSync("..", path.join(folder, "round/below/back"));
    symlinkSync("round/below", path.join(folder, "link"));
    const names = async (given: string) =>
      (await readOwnManifests([given], [], folder)).map(({ name }) => name);
    assert.deepEqual(await names("round"), ["round/below/g.yaml"]);
    assert.deepEqual(await names("link"), ["link/g.yaml"]);
  });
});
