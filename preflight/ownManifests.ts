import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, normalize, parse, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Mistake, WrongSettings } from "../settings/errors";
import { ManifestFile, ManifestMistake, objectsOf } from "../addons/manifests";

/**
 * Base of relative paths in settings: the folder of the running project's Pulumi.yaml. Without an engine
 * there is none.
 */
function projectFolder(): string {
  const folder = pulumi.getRootDirectory();
  return isAbsolute(folder) ? folder : process.cwd();
}

/** More than any cluster's manifests need, and little enough to keep `pulumi up` fast. */
const maxBytes = 16 * 2 ** 20;

/**
 * The manifests in the setting `addons.manifests`: files, and folders. A folder stands for every `.yaml` and
 * `.yml` file in and below it, in the order of their names.
 * @param ours files that come with the project, which hold no object of the same name
 * @throws WrongSettings that names every wrong file and document. A file is wrong if it cannot be read or is
 * named twice. A document is wrong if it is no Kubernetes object, cannot be kept, or occurs twice.
 */
export async function readOwnManifests(
  paths: readonly string[],
  ours: readonly ManifestFile[],
  folder = projectFolder(),
): Promise<ManifestFile[]> {
  if (paths.length === 0) return [];
  const read = await Promise.all(paths.map((path) => filesOf(path, folder)));
  const mistake = (i: number, remedy: string): Mistake => ({
    key: `addons.manifests[${i}]`,
    value: paths[i],
    remedy,
  });
  const placeOf = (name: string) => read.findIndex(({ files }) => files.some((file) => file.name === name));
  const unreadable = read.flatMap(({ remedies }, i) => remedies.map((remedy) => mistake(i, remedy)));
  const twice = read.flatMap(({ files }, i) =>
    files.flatMap(({ name }) => {
      const first = placeOf(name);
      return first < i ? [mistake(i, `${name} is in addons.manifests[${first}] already`)] : [];
    }),
  );
  const files = [...new Map(read.flatMap(({ files }) => files.map((file) => [file.name, file]))).values()];
  const wrong = objectsOf([...ours, ...files]).mistakes.map((one) =>
    mistake(placeOf(one.file.name), `${one.file.name}, line ${one.line}: ${one.problem}${hint(one, ours)}`),
  );
  const mistakes = [...unreadable, ...twice, ...wrong];
  if (mistakes.length > 0) throw new WrongSettings(...mistakes);
  return files;
}

function hint({ file, line, other }: ManifestMistake, ours: readonly ManifestFile[]): string {
  if (other !== undefined && ours.includes(other)) {
    return `: to bring your own, add ${parse(other.name).name} to addons.leaveOut`;
  }
  const around = file.text.split("\n").slice(Math.max(0, line - 2), line + 1);
  return around.some((text) => text.includes("{{"))
    ? ": if this is a template, render it to a file first"
    : "";
}

interface Read {
  readonly files: ManifestFile[];
  readonly remedies: string[];
}

async function filesOf(path: string, folder: string): Promise<Read> {
  const start = normalize(path);
  const isFolder = await stat(resolve(folder, start)).then(
    (found) => found.isDirectory(),
    () => undefined,
  );
  if (isFolder === undefined)
    return { files: [], remedies: ["there is no such file or folder in the project"] };
  const names = isFolder ? await filesBelow(start, folder) : [start];
  if (names.length === 0) {
    return { files: [], remedies: ["there is no .yaml or .yml file in this folder"] };
  }
  const sources = names.filter((name) => isSource(name));
  if (sources.length > 0) return { files: [], remedies: sources.map(renderFirst) };
  const files: ManifestFile[] = [];
  const remedies: string[] = [];
  for (const name of names) {
    const text = await textOf(resolve(folder, name));
    if ("problem" in text) remedies.push(`${name}${text.problem}`);
    else files.push({ name, ...text });
  }
  return { files, remedies };
}

/** Signs that another tool makes manifests of the file. */
const isSource = (name: string) => /^(Chart\.ya?ml|kustomization\.ya?ml|Kustomization)$/.test(basename(name));

const renderFirst = (name: string) =>
  basename(name).startsWith("Chart.")
    ? `${name} belongs to a Helm chart: render the chart to a file first, with \`helm template --no-hooks NAME ${dirname(name)}\``
    : `${name} belongs to kustomize: render the folder to a file first, with \`kubectl kustomize ${dirname(name)}\``;

/** Manifests below a folder, also below linked folders. Links to a folder above are not followed. */
async function filesBelow(path: string, folder: string, above: readonly number[] = []): Promise<string[]> {
  const { ino } = await stat(resolve(folder, path));
  if (above.includes(ino)) return [];
  const entries = await readdir(resolve(folder, path));
  const found = await Promise.all(
    entries.map(async (entry) => {
      const name = join(path, entry);
      const isFolder = await stat(resolve(folder, name)).then(
        (entry) => entry.isDirectory(),
        () => false,
      );
      if (isFolder) return filesBelow(name, folder, [...above, ino]);
      return /\.ya?ml$/.test(entry) || isSource(entry) ? [name] : [];
    }),
  );
  return found.flat().sort();
}

async function textOf(path: string): Promise<{ text: string } | { problem: string }> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return { problem: " is not a file" };
    if (found.size > maxBytes) return { problem: ` is larger than ${maxBytes} bytes: split it` };
    return decoded(await readFile(path));
  } catch (error) {
    return { problem: ` cannot be read: ${(error as Error).message}` };
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function decoded(bytes: Buffer): { text: string } | { problem: string } {
  if (/^(\xff\xfe|\xfe\xff|[^\0]\0|\0[^\0])/.test(bytes.toString("latin1", 0, 4))) {
    return { problem: ", line 1: is UTF-16: save it as UTF-8" };
  }
  try {
    return { text: utf8.decode(bytes) };
  } catch {
    const lines = bytes.toString("latin1").split("\n");
    const line = lines.findIndex((line) => Buffer.from(line, "latin1").toString("utf8").includes("\ufffd"));
    return { problem: `, line ${line + 1}: is not UTF-8: save the file as UTF-8` };
  }
}
