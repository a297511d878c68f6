import { identify } from "./objects";
import { documentsOf, type Value } from "./yamlDocuments";

/** A file of Kubernetes manifests. */
export interface ManifestFile {
  /** Name for messages: the path as people wrote it. */
  readonly name: string;
  /** YAML, one document for each object, separated by lines of `---`. */
  readonly text: string;
}

/** The error in one document. */
export interface ManifestMistake {
  readonly file: ManifestFile;
  /** Line, counted from 1. */
  readonly line: number;
  readonly problem: string;
  /** The earlier file with the same object. */
  readonly other?: ManifestFile;
}

/** One object and its source. */
interface ManifestObject {
  readonly id: string;
  readonly where: string;
  readonly value: Value;
}

/**
 * The ConfigMap with the list of what controllers have applied: `kubectl get configmap addons -n
 * kube-system`.
 */
export const inventory = "ConfigMap kube-system addons";

/** The objects of all files. Each id occurs once. */
export function objectsOf(files: readonly ManifestFile[]): {
  objects: ManifestObject[];
  mistakes: ManifestMistake[];
} {
  const objects: ManifestObject[] = [];
  const mistakes: ManifestMistake[] = [];
  const places = new Map<string, { where: string; file?: ManifestFile }>([
    [inventory, { where: "what controllers write themselves" }],
  ]);
  for (const file of files) {
    for (const document of documentsOf(file.text)) {
      const { line } = document;
      const found = document.problem === undefined ? identify(document.value) : document;
      if (document.problem !== undefined || found.problem !== undefined) {
        mistakes.push({ file, line, problem: found.problem! });
        continue;
      }
      const { id } = found;
      const where = `${file.name}, line ${line}`;
      const other = places.get(id);
      if (other === undefined) {
        places.set(id, { where, file });
        objects.push({ id, where, value: document.value });
      } else mistakes.push({ file, line, problem: `${id} is in ${other.where} too`, other: other.file });
    }
  }
  return { objects, mistakes };
}

/** `addons-apply` recognises the text by its first line, because the text may have no object at all. */
const marker = "# The add-ons, as pulumi up writes them for addons-apply\n";

/**
 * One text for controllers to apply: its first line, a line `#- <id>` for each object, then the objects. They
 * are written as JSON, which all readers of YAML read the same way.
 * @throws Error that names each wrong document
 */
export function manifestOf(files: readonly ManifestFile[]): string {
  const { objects, mistakes } = objectsOf(files);
  if (mistakes.length > 0) {
    throw new Error(
      mistakes.map(({ file, line, problem }) => `${file.name}, line ${line}: ${problem}`).join("\n"),
    );
  }
  const contents = objects.map(({ where, value }) => `---\n# ${printable(where)}\n${jsonOf(value)}\n`);
  return [marker, ...objects.map(({ id }) => `#- ${id}\n`), ...contents].join("");
}

function jsonOf(value: Value, newLine = "\n"): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return printable(JSON.stringify(value));
  const inner = `${newLine}  `;
  const [begin, parts, end] = Array.isArray(value)
    ? ["[", value.map((item) => jsonOf(item, inner)), "]"]
    : ["{", Object.entries(value).map(([key, item]) => `${jsonOf(key)}: ${jsonOf(item, inner)}`), "}"];
  return parts.length === 0 ? begin + end : begin + inner + parts.join(`,${inner}`) + newLine + end;
}

/** JSON allows some characters that YAML does not. */
const printable = (text: string) =>
  text.replace(
    /[\0-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
