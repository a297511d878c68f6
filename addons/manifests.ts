import { LineCounter, parseAllDocuments } from "yaml";

/** A file of Kubernetes manifests. */
export interface ManifestFile {
  /** What people know it by: its path as they wrote it. */
  readonly name: string;
  /** YAML, one document for each object, parted by lines of `---`. */
  readonly text: string;
}

/** What is wrong with one document. */
export interface ManifestMistake {
  /** `<file>, document <number>`, counted from 1. */
  readonly where: string;
  readonly problem: string;
}

/** Where controllers keep the list of what they have applied: `kubectl get configmap addons -n kube-system`. */
export const inventory = "ConfigMap kube-system addons";

/**
 * The objects of all files, as `<Kind>[.<group>] <namespace, or - for none and default> <name>`, which tells one object from any
 * other: not its version, so that a newer one of the same object is no other object.
 */
export function objectsOf(files: readonly ManifestFile[]): {
  objects: string[];
  mistakes: ManifestMistake[];
} {
  const places = new Map([[inventory, "what controllers write themselves"]]);
  const mistakes: ManifestMistake[] = [];
  for (const { name, text } of files) {
    for (const [index, document] of documentsOf(text).entries()) {
      const where = `${name}, document ${index + 1}`;
      if (document.problem === undefined && document.value === null) continue; // comments alone
      const found = document.problem === undefined ? identify(document.value) : document;
      const other = found.object === undefined ? undefined : places.get(found.object);
      if (found.object === undefined) mistakes.push({ where, problem: found.problem });
      else if (other !== undefined) mistakes.push({ where, problem: `${found.object} is in ${other} too` });
      else places.set(found.object, where);
    }
  }
  places.delete(inventory);
  return { objects: [...places.keys()], mistakes };
}

/** By its first line `addons-apply` knows the text, which may hold no object at all. */
const marker = "# The add-ons, as pulumi up writes them for addons-apply\n";

/**
 * One text for controllers to apply: a line that says so, a line `#- <object>` for each object, then the files as they are.
 *
 * @throws Error that names each wrong document
 */
export function manifestOf(files: readonly ManifestFile[]): string {
  const { objects, mistakes } = objectsOf(files);
  if (mistakes.length > 0) {
    throw new Error(mistakes.map(({ where, problem }) => `${where}: ${problem}`).join("\n"));
  }
  const contents = files.map(({ name, text }) => `---\n# ${name}\n${text.trimEnd().replace(/^---\n/, "")}\n`);
  return [marker, ...objects.map((object) => `#- ${object}\n`), ...contents].join("");
}

type Found = { object: string; problem?: undefined } | { object?: undefined; problem: string };
type Document = { value: unknown; problem?: undefined } | { object?: undefined; problem: string };

function documentsOf(text: string): Document[] {
  const lineCounter = new LineCounter();
  return [...parseAllDocuments(text, { lineCounter })].map((document, index) => {
    const [error] = document.errors;
    if (error !== undefined) return { problem: firstLine(error.message) };
    // kubectl knows one thing that parts documents: a line of `---` and perhaps a comment. YAML knows more.
    const [start] = document.range;
    const { line } = lineCounter.linePos(start);
    const isParted = document.directives.docStart === true;
    if (isParted && /^---[ \t]*[^\s#]/.test(text.slice(start))) {
      return {
        problem: `has content beside the \`---\` of line ${line}, which kubectl does not take: begin it on the next line`,
      };
    }
    if (!isParted && index > 0 && document.contents !== null) {
      return { problem: `begins in line ${line} with no \`---\` before it, so kubectl does not read it` };
    }
    return { value: document.toJS() as unknown };
  });
}

const firstLine = (text: string) => text.split("\n")[0].replace(/:$/, "");

function identify(value: unknown): Found {
  if (!isMap(value)) return { problem: "is no Kubernetes object: it is not a map" };
  const { apiVersion, kind, metadata } = value;
  if (!isText(apiVersion)) return { problem: "has no apiVersion" };
  if (!isText(kind)) return { problem: "has no kind" };
  if (Array.isArray(value.items))
    return { problem: `is a ${kind}: write its items as documents of their own` };
  if (!isMap(metadata) || !isText(metadata.name)) return { problem: `${kind} has no metadata.name` };
  const { name, namespace = "-" } = metadata;
  if (!isText(namespace)) return { problem: `${kind} ${name} has a metadata.namespace that is no text` };
  if (/\s/.test(`${apiVersion}${kind}${name}${namespace}`)) {
    return { problem: `${kind} ${name} has white space in its apiVersion, kind, name or namespace` };
  }
  const group = apiVersion.includes("/") ? `.${apiVersion.split("/")[0]}` : "";
  // What kubectl takes where none is written.
  return { object: `${kind}${group} ${namespace === "default" ? "-" : namespace} ${name}` };
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
