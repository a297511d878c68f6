import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { File, Unit, dataUrl } from "./spec";

/** A folder below `ignition/files`, for one concern; each mirrors a node's root. */
export type FileTree = "node" | "controller" | "etcd" | "chores" | "worker";

/** The text of one file as it will stand on the node. */
export interface NodeFile {
  path: string;
  text: string;
}

/**
 * All files of the trees, sorted by path, with every `{{name}}` filled from `values`.
 * Throws where two trees hold the same path, a placeholder has no value, or a value has no placeholder.
 */
export function nodeFiles(trees: readonly FileTree[], values: Readonly<Record<string, string>>): NodeFile[] {
  const used = new Set<string>();
  const files = new Map<string, string>();
  for (const tree of trees) {
    const root = join(__dirname, "files", tree);
    for (const path of pathsBelow(root)) {
      if (files.has(path)) throw new Error(`${path}: in more than one of the file trees ${trees.join(", ")}`);
      files.set(path, fill(path, readFileSync(join(root, path), "utf8"), values, used));
    }
  }
  const unused = Object.keys(values).filter((name) => !used.has(name));
  if (unused.length > 0) throw new Error(`no file has the placeholder {{${unused.join("}}, {{")}}}`);
  return [...files].map(([path, text]) => ({ path, text })).sort((a, b) => (a.path < b.path ? -1 : 1));
}

function pathsBelow(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join("/", entry.parentPath.slice(root.length), entry.name));
}

/**
 * The text with every `{{name}}` filled from `values`; the names go to `used`.
 *
 * @throws Error where a placeholder has no value, or one of more than one line, or one that is code in what scripts source
 */
export function fill(
  path: string,
  text: string,
  values: Readonly<Record<string, string>>,
  used: Set<string>,
): string {
  return text.replace(/\{\{(.*?)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${path}: no value for the placeholder {{${name}}}`);
    if (/[\r\n]/.test(value)) throw new Error(`${path}: the value of {{${name}}} is more than one line`);
    if (path.endsWith(".env") && !/^[A-Za-z0-9._/-]*$/.test(value))
      throw new Error(`${path}: a shell would read the value of {{${name}}} as more than text: ${value}`);
    used.add(name);
    return value;
  });
}

const unitFolder = "/etc/systemd/system/";
const scriptFolder = "/opt/cluster/bin/";

/** The files in the systemd folder become units and drop-ins. A unit is enabled if it has an [Install] section. */
export function systemdUnits(files: readonly NodeFile[]): Unit[] {
  const units = new Map<string, Unit>();
  for (const { path, text } of files.filter(({ path }) => path.startsWith(unitFolder))) {
    const [folder, dropin] = path.slice(unitFolder.length).split("/");
    const name = dropin === undefined ? folder : folder.replace(/\.d$/, "");
    const unit = units.get(name) ?? { name };
    if (dropin === undefined) {
      unit.contents = text;
      if (/^\[Install\]$/m.test(text)) unit.enabled = true;
    } else {
      unit.dropins = [...(unit.dropins ?? []), { name: dropin, contents: text }];
    }
    units.set(name, unit);
  }
  return [...units.values()];
}

/** All files that are no units. */
export function storageFiles(files: readonly NodeFile[]): File[] {
  return files
    .filter(({ path }) => !path.startsWith(unitFolder))
    .map(({ path, text }) => ({
      path,
      mode: path.startsWith(scriptFolder) ? 0o755 : 0o644,
      overwrite: true,
      contents: { source: dataUrl(text) },
    }));
}
