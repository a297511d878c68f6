import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { findTerraformProvider, providerFolders } from "../../engine/terraform";

describe("the search for an installed Terraform provider", () => {
  let root: string;
  beforeEach(() => (root = fs.mkdtempSync(path.join(os.tmpdir(), "terraform-"))));
  afterEach(() => fs.rmSync(root, { recursive: true }));

  const platform = `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;
  const home = (): string => path.join(root, "home");
  function install(folder: string, version: string, on = platform): string {
    const at = path.join(folder, "registry.example.com", "hashicorp", "aws", version, on);
    fs.mkdirSync(at, { recursive: true });
    const file = path.join(at, `terraform-provider-aws_v${version}_x5`);
    fs.writeFileSync(file, "");
    return file;
  }
  const find = (env: NodeJS.ProcessEnv = {}) =>
    findTerraformProvider("hashicorp", "aws", { env, home: home(), filesystemRoot: root });

  it("finds nothing where nothing is installed", () => {
    assert.equal(find(), undefined);
  });

  const places: Record<string, () => string> = {
    "the user's plugin folder": () => path.join(home(), ".terraform.d", "plugins"),
    "the user's data folder": () => path.join(home(), ".local", "share", "terraform", "plugins"),
    "the system's plugin folder": () => path.join(root, "usr", "share", "terraform", "plugins"),
    "a mirror below /opt": () => path.join(root, "opt", "any-name"),
  };
  for (const [name, place] of Object.entries(places)) {
    it(`looks into ${name}`, () => {
      const file = install(place(), "5.100.0");
      assert.deepEqual(find(), { file, version: "5.100.0", major: 5 });
    });
  }

  it("looks into the plugin cache that the environment names", () => {
    const cache = path.join(root, "plugin-cache");
    const file = install(cache, "5.1.0");
    assert.equal(find({ TF_PLUGIN_CACHE_DIR: cache })?.file, file);
  });

  it("reads the plugin cache and the mirrors from the CLI's configuration, but not from its comments", () => {
    fs.mkdirSync(home());
    fs.writeFileSync(
      path.join(home(), ".terraformrc"),
      `plugin_cache_dir = "~/cache"
       # plugin_cache_dir = "/commented"
       provider_installation {
         filesystem_mirror {
           include = ["registry.example.com/*/*"]
           path    = "/mirror"
         }
         network_mirror { url = "https://example.com/" }
       }`,
    );
    const folders = providerFolders({ env: {}, home: home(), filesystemRoot: root });
    assert.ok(folders.includes(path.join(home(), "cache")));
    assert.ok(folders.includes("/mirror"));
    assert.ok(!folders.includes("/commented"));
  });

  it("takes the newest version by its numbers, in any folder", () => {
    install(path.join(home(), ".terraform.d", "plugins"), "5.9.0");
    const newest = install(path.join(root, "opt", "mirror"), "5.100.0");
    install(path.join(root, "usr", "share", "terraform", "plugins"), "5.20.0");
    assert.equal(find()?.file, newest);
  });

  it("passes over other platforms and folders that are no versions", () => {
    install(path.join(root, "opt", "mirror"), "5.100.0", "plan9_mips");
    install(path.join(root, "opt", "mirror"), "latest");
    assert.equal(find(), undefined);
  });
});
