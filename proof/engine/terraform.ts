import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { compare, parse } from "semver";

/** An installed Terraform provider. */
export interface TerraformProvider {
  readonly file: string;
  readonly version: string;
  readonly major: number;
}

export interface TerraformSearch {
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** @default - the user's home folder */
  readonly home?: string;
  /** Folder that stands for `/`. @default "/" */
  readonly filesystemRoot?: string;
}

/**
 * Folders where Terraform keeps or looks for providers, and mirrors of them directly below `/opt`. Each has
 * the layout `<host>/<namespace>/<type>/<version>/<platform>`.
 */
export function providerFolders(search: TerraformSearch = {}): string[] {
  const { env = process.env, home = os.homedir(), filesystemRoot = "/" } = search;
  const data = env.XDG_DATA_HOME || path.join(home, ".local", "share");
  const settings = readIfThere(env.TF_CLI_CONFIG_FILE || path.join(home, ".terraformrc"));
  const folders = [
    env.TF_PLUGIN_CACHE_DIR,
    ...configuredFolders(settings),
    path.join(home, ".terraform.d", "plugins"),
    path.join(home, ".terraform.d", "plugin-cache"),
    path.join(data, "terraform", "plugins"),
    path.join(filesystemRoot, "usr", "local", "share", "terraform", "plugins"),
    path.join(filesystemRoot, "usr", "share", "terraform", "plugins"),
    ...subfolders(path.join(filesystemRoot, "opt")),
  ];
  const given = folders.filter((folder): folder is string => folder !== undefined && folder !== "");
  return [...new Set(given.map((folder) => folder.replace(/^~(?=\/)/, home)))];
}

/** The newest installed provider `<namespace>/<type>` for this platform, if there is one. */
export function findTerraformProvider(
  namespace: string,
  type: string,
  search: TerraformSearch = {},
): TerraformProvider | undefined {
  const found = providerFolders(search)
    .flatMap(subfolders)
    .flatMap((host) => subfolders(path.join(host, namespace, type)))
    .flatMap((folder) => providerIn(folder, type));
  found.sort((a, b) => compare(b.version, a.version));
  return found[0];
}

function providerIn(folder: string, type: string): TerraformProvider[] {
  const version = parse(path.basename(folder));
  if (!version) return [];
  const platform = path.join(folder, terraformPlatform());
  const names = list(platform).filter((name) => name.startsWith(`terraform-provider-${type}`));
  return names
    .map((name) => path.join(platform, name))
    .filter((file) => fs.statSync(file).isFile())
    .map((file) => ({ file, version: version.version, major: version.major }));
}

function terraformPlatform(): string {
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  return `${process.platform}_${architecture}`;
}

/** Folders named in a Terraform CLI configuration: its plugin cache and its filesystem mirrors. */
function configuredFolders(settings: string): string[] {
  const text = settings.replace(/^\s*(#|\/\/).*$/gm, "");
  const cache = [...text.matchAll(/\bplugin_cache_dir\s*=\s*"([^"]+)"/g)];
  const mirrors = [...text.matchAll(/\bfilesystem_mirror\s*\{[^}]*?\bpath\s*=\s*"([^"]+)"/g)];
  return [...cache, ...mirrors].map(([, folder]) => folder);
}

function readIfThere(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function subfolders(folder: string): string[] {
  return list(folder).map((name) => path.join(folder, name));
}

function list(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}
