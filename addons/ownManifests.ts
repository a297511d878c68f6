import { readdir, readFile, stat } from "node:fs/promises";
import { join, normalize, resolve } from "node:path";
import { Mistake, WrongSettings } from "../settings/mistakes";
import { ManifestFile, objectsOf } from "./manifests";

/** What paths in settings are relative to. */
const projectFolder = join(__dirname, "..");

/**
 * The manifests that a stack adds by `addons.manifests`, as they are: files, and of folders every `.yaml` and `.yml` file
 * in them and below, in the order of their names.
 *
 * @param ours files that come with the project, which hold no object of the same name
 * @throws WrongSettings that names every file that cannot be read or is there twice, and every document that is no Kubernetes
 *   object or is there twice
 */
export async function readOwnManifests(
  paths: readonly string[],
  ours: readonly ManifestFile[],
  folder = projectFolder,
): Promise<ManifestFile[]> {
  const read = await Promise.all(paths.map((path) => filesOf(path, folder)));
  const mistake = (i: number, remedy: string): Mistake => ({
    key: `addons.manifests[${i}]`,
    value: paths[i],
    remedy,
  });
  const placeOf = (isIt: (name: string) => boolean) =>
    read.findIndex(({ files }) => files.some(({ name }) => isIt(name)));
  const unreadable = read.flatMap(({ remedies }, i) => remedies.map((remedy) => mistake(i, remedy)));
  const twice = read.flatMap(({ files }, i) =>
    files.flatMap(({ name }) => {
      const first = placeOf((other) => other === name);
      return first < i ? [mistake(i, `${name} is in addons.manifests[${first}] already`)] : [];
    }),
  );
  const files = [...new Map(read.flatMap(({ files }) => files.map((file) => [file.name, file]))).values()];
  const wrong = objectsOf([...ours, ...files]).mistakes.map(({ where, problem }) =>
    mistake(
      placeOf((name) => where.startsWith(`${name}, document `)),
      `${where}: ${problem}`,
    ),
  );
  const mistakes = [...unreadable, ...twice, ...wrong];
  if (mistakes.length > 0) throw new WrongSettings(...mistakes);
  return files;
}

async function filesOf(path: string, folder: string): Promise<{ files: ManifestFile[]; remedies: string[] }> {
  const names = await yamlFiles(normalize(path), folder);
  if (names === undefined) return { files: [], remedies: ["there is no such file or folder in the project"] };
  if (names.length === 0) return { files: [], remedies: ["there is no .yaml or .yml file in this folder"] };
  const files: ManifestFile[] = [];
  const remedies: string[] = [];
  for (const name of names) {
    try {
      const text = await readFile(resolve(folder, name), "utf8");
      files.push({ name, text: text.replace(/^\uFEFF/, "") });
    } catch (error) {
      remedies.push(`${name} cannot be read: ${(error as Error).message}`);
    }
  }
  return { files, remedies };
}

/** Names of the file, or of those below the folder; undefined if there is no such thing. */
async function yamlFiles(path: string, folder: string): Promise<string[] | undefined> {
  const isFolder = (name: string) =>
    stat(resolve(folder, name)).then(
      (found) => found.isDirectory(),
      () => undefined,
    );
  const kind = await isFolder(path);
  if (kind === undefined) return undefined;
  if (!kind) return [path];
  const below = (await readdir(resolve(folder, path), { recursive: true }))
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(path, name));
  const isFile = await Promise.all(below.map(async (name) => (await isFolder(name)) !== true));
  return below.filter((_, i) => isFile[i]);
}
