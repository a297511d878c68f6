import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Mistake, WrongSettings } from "../settings/mistakes";
import { ManifestFile, objectsOf } from "./manifests";

/** What paths in settings are relative to. */
const projectFolder = join(__dirname, "..");

/**
 * The manifests that a stack adds by `addons.manifests`, as they are: files, and of folders every `.yaml` and `.yml` file
 * in them and below, in the order of their names.
 *
 * @param ours files that come with the project, which hold no object of the same name
 * @throws WrongSettings that names every file that cannot be read, and every document that is no Kubernetes object or is
 *   there twice
 */
export async function readOwnManifests(
  paths: readonly string[],
  ours: readonly ManifestFile[],
  folder = projectFolder,
): Promise<ManifestFile[]> {
  const read = await Promise.all(paths.map((path) => filesOf(path, folder)));
  const files = read.flatMap(({ files }) => files);
  const { mistakes } = objectsOf([...ours, ...files]);
  const unreadable = read.flatMap(({ remedy }, i): Mistake[] =>
    remedy === undefined ? [] : [{ key: `addons.manifests[${i}]`, value: paths[i], remedy }],
  );
  const wrong = mistakes.map(({ where, problem }): Mistake => {
    const i = read.findIndex(({ files }) => files.some(({ name }) => where.startsWith(`${name}, document `)));
    return { key: `addons.manifests[${i}]`, value: paths[i], remedy: `${where}: ${problem}` };
  });
  if (unreadable.length + wrong.length > 0) throw new WrongSettings(...unreadable, ...wrong);
  return files;
}

async function filesOf(path: string, folder: string): Promise<{ files: ManifestFile[]; remedy?: string }> {
  try {
    const isFolder = (await stat(resolve(folder, path))).isDirectory();
    const names = isFolder ? await yamlFilesBelow(path, folder) : [path];
    if (names.length === 0) return { files: [], remedy: "there is no .yaml or .yml file in this folder" };
    const texts = await Promise.all(names.map((name) => readFile(resolve(folder, name), "utf8")));
    return { files: names.map((name, i) => ({ name, text: texts[i] })) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return {
      files: [],
      remedy: code === "ENOENT" ? "there is no such file or folder in the project" : message,
    };
  }
}

async function yamlFilesBelow(path: string, folder: string): Promise<string[]> {
  const names = await readdir(resolve(folder, path), { recursive: true });
  return names
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(path, name));
}
