import { type Document as YamlDocument, LineCounter, parseAllDocuments, visit } from "yaml";

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

/** As kubectl reads it, by YAML 1.1: with merge keys, and `on` for a boolean. */
function documentsOf(text: string): Document[] {
  const lineCounter = new LineCounter();
  const lineOf = (offset: number) => lineCounter.linePos(offset).line;
  return [...parseAllDocuments(text, { lineCounter, version: "1.1" })].map((document, index) => {
    const [error] = document.errors;
    if (error !== undefined) return { problem: firstLine(error.message) };
    // kubectl knows one thing that parts documents: a line of `---` and perhaps a comment. YAML knows more.
    const [start] = document.range;
    const line = lineOf(start);
    const { docStart, yaml, tags } = document.directives;
    const isParted = docStart === true;
    if (yaml.explicit === true || Object.keys(tags).length > 1) {
      return { problem: "has a line that begins with %, which kubectl does not take: leave it out" };
    }
    const escape = halfCharacter(document, text);
    if (escape !== undefined) {
      return {
        problem: `has half a character escaped in line ${lineOf(escape)}, which kubectl does not take: write the character itself`,
      };
    }
    if (isParted && /^---[ \t]*[^\s#]/.test(text.slice(start))) {
      return {
        problem: `has content beside the \`---\` of line ${line}, which kubectl does not take: begin it on the next line`,
      };
    }
    if (!isParted && index > 0 && document.contents !== null) {
      return { problem: `begins in line ${line} with no \`---\` before it, so kubectl does not read it` };
    }
    try {
      return { value: document.toJS({ maxAliasCount: -1 }) as unknown };
    } catch (error) {
      return { problem: firstLine((error as Error).message) };
    }
  });
}

/** Where a text in double quotes has an escape as JSON has two of for one character beyond the first 65536. */
function halfCharacter(document: YamlDocument, text: string): number | undefined {
  let found: number | undefined;
  visit(document, {
    Scalar(_, { type, range }) {
      if (type !== "QUOTE_DOUBLE" || !range) return undefined;
      const raw = text.slice(range[0], range[1]);
      const at = raw.search(/(?<!\\)(\\\\)*\\u[dD][89a-fA-F]/);
      if (at < 0) return undefined;
      found = range[0] + at;
      return visit.BREAK;
    },
  });
  return found;
}

const firstLine = (text: string) => text.split("\n")[0].replace(/:$/, "");

function identify(value: unknown): Found {
  if (!isMap(value)) return { problem: "is no Kubernetes object: it is not a map" };
  const { apiVersion, kind, metadata } = value;
  if (!isText(apiVersion)) return { problem: "has no apiVersion" };
  if (!isText(kind)) return { problem: "has no kind" };
  if (Array.isArray(value.items))
    return { problem: `is a ${kind}: write its items as documents of their own` };
  if (!isMap(metadata) || (metadata.name ?? "") === "") return { problem: `${kind} has no metadata.name` };
  const noText = (key: string) => ({
    problem: `${kind} has a metadata.${key} that is no text: write it in quotes`,
  });
  const { name } = metadata;
  if (!isText(name)) return noText("name");
  const namespace = metadata.namespace === "" ? "-" : (metadata.namespace ?? "-");
  if (!isText(namespace)) return noText("namespace");
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
