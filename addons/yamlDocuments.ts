import {
  type Alias,
  CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  parseAllDocuments,
  Scalar,
  visit,
  type YAMLMap,
} from "yaml";
import { isInteger, plainScalar } from "./plainScalars";

/** A JSON value. Integers beyond 2^53 are a bigint. */
export type Value = null | boolean | number | bigint | string | Value[] | { [key: string]: Value };

/** One document of a text, or its error. Lines are counted from 1. */
export type YamlDocument =
  | { readonly line: number; readonly value: Value; readonly problem?: undefined }
  | { readonly line: number; readonly id?: undefined; readonly problem: string };

/** An error and its place in the text. */
class Refusal extends Error {
  constructor(
    readonly offset: number,
    problem: string,
  ) {
    super(problem);
  }
}

/** The documents of a text that have a value. Text that kubectl and other readers of YAML read differently is refused. */
export function documentsOf(text: string): YamlDocument[] {
  const unreadable = unreadableCharacter(text);
  if (unreadable !== undefined) return [unreadable];
  const lines = text.replace(/\r?\n$/, "").split(/\r?\n/);
  const starts = lines.flatMap((line, i) => (i === 0 || line.startsWith("---") ? [i] : []));
  return starts.flatMap((start, i): YamlDocument[] => {
    const isSeparator = lines[start].startsWith("---");
    if (isSeparator && !/^---([ \t]+#.*|[ \t]*)$/.test(lines[start])) {
      const problem = "has content beside `---`, which kubectl does not accept: begin it on the next line";
      return [{ line: start + 1, problem }];
    }
    const document = [isSeparator ? "" : lines[start], ...lines.slice(start + 1, starts[i + 1])];
    const lineCounter = new LineCounter();
    const lineOf = (offset: number) => start + Math.min(lineCounter.linePos(offset).line, document.length);
    try {
      const found = readOne(`${document.join("\n")}\n`, lineCounter);
      if (found === undefined) return [];
      return [{ line: lineOf(found.offset), value: found.value }];
    } catch (error) {
      if (error instanceof RangeError) return [{ line: start + 1, problem: "is nested too deeply" }];
      if (!(error instanceof Refusal)) throw error;
      return [{ line: lineOf(error.offset), problem: error.message }];
    }
  });
}

/** Control characters, non-characters, and what only some readers of YAML treat as line breaks. */
const unreadable = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]|\r(?!\n)/u;

function unreadableCharacter(text: string) {
  const found = unreadable.exec(text);
  if (found === null) return undefined;
  const code = found[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
  return {
    line: text.slice(0, found.index).split("\n").length,
    problem: `has the character U+${code}, which YAML does not allow: leave it out, or write "\\u${code}" in double quotes`,
  };
}

function readOne(text: string, lineCounter: LineCounter): { value: Value; offset: number } | undefined {
  const documents = parseAllDocuments(text, {
    lineCounter,
    schema: "failsafe", // every scalar as written
    uniqueKeys: false,
    prettyErrors: false,
  });
  checkLexemes(text);
  const [error] = ("empty" in documents ? [documents] : documents).flatMap((one) => [
    ...one.errors,
    ...one.warnings,
  ]);
  // The parser reports a stack overflow as an error of its own.
  if (error?.code === "RESOURCE_EXHAUSTION") throw new RangeError(error.message);
  if (error !== undefined) throw new Refusal(error.pos[0], error.message);
  const end = /^\.\.\.(?=\s)/m.exec(text);
  if (end !== null && ("empty" in documents || !isMap(documents[0].contents) || documents[0].contents.flow)) {
    throw new Refusal(
      end.index,
      "has `...` after JSON or after nothing, which kubectl does not accept: leave it out",
    );
  }
  if ("empty" in documents) return undefined;
  const [document, more] = documents;
  if (more !== undefined && more.contents !== null) {
    throw new Refusal(more.range[0], "has no `---` before it, so kubectl does not read it: add one");
  }
  const { contents } = document;
  if (contents === null) return undefined;
  const value = new Reader(document, text).value(contents);
  return value === null ? undefined : { value, offset: contents.range[0] };
}

const refusedLexemes: Partial<Record<CST.TokenType, string>> = {
  "directive-line": "has a line that begins with %, which kubectl does not accept: leave it out",
  "explicit-key-ind": "has a key after `?`: write it before `:`",
  tag: "has a tag, which begins with `!`: leave it out, and write text in quotes",
};

/** Kind of a piece of the text; `plain` are scalars without quotes, of one line or of a block. */
type Part = CST.TokenType | "plain" | null;

/**
 * Refuses syntax that the parser accepts, and that kubectl's parser refuses or reads differently. It looks only
 * at the syntax, never at values.
 */
function checkLexemes(text: string): void {
  let offset = 0;
  let inFlow = 0;
  const isJson = /^\s*\{/.test(text);
  let before: Part = null;
  for (const lexeme of new Lexer().lex(text)) {
    const type: Part = before === "scalar" ? "plain" : CST.tokenType(lexeme);
    const after = text[offset + lexeme.length];
    const problem =
      type === "plain" || type === null
        ? inFlow > 0 && /^:|\?/.test(lexeme) && "has a `?` or a `:` inside brackets: write the text in quotes"
        : refusedLexemes[type];
    if (problem) throw new Refusal(offset, problem);
    if (type === "flow-map-start" || type === "flow-seq-start") inFlow++;
    if (type === "flow-map-end" || type === "flow-seq-end") inFlow--;
    const line = () => text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset + lexeme.length);
    if (type === "space" && lexeme.includes("\t") && (inFlow === 0 || !isJson) && /^[ \t-]*$/.test(line())) {
      throw new Refusal(offset, "has a tab where YAML allows only spaces");
    }
    if (type === "map-value-ind" && line().trim() === ":") {
      throw new Refusal(offset, "has a `:` at the beginning of a line: write it after its key");
    }
    if (type === "map-value-ind" && inFlow > 0 && before === "plain" && !/^\s/.test(after)) {
      throw new Refusal(offset, "has a `:` inside brackets without a space after it");
    }
    if ((type === "anchor" || type === "alias") && !/^[&*][\w-]+$/.test(lexeme)) {
      throw new Refusal(
        offset,
        `has a name after ${lexeme[0]} that has other characters than letters, digits, _ and -`,
      );
    }
    if (type !== "doc-mode" && type !== "flow-error-end" && type !== "scalar") offset += lexeme.length;
    before = type;
  }
}

/** Share of values from references, in a document of more than 1000; kubectl allows 99 % of a small one. */
const maxReferred = 0.9;
/** kubectl does not recognise longer keys in JSON. */
const maxKey = 1000;

/** Converts the nodes of one document into values. */
class Reader {
  private readonly targets = new Map<Alias, Node>();
  private readonly open = new Set<Node>();
  private reads = 0;
  private referred = 0;

  constructor(
    document: Document.Parsed,
    private readonly text: string,
  ) {
    const anchors = new Map<string, Node>();
    visit(document, {
      Node: (_, node) => {
        if (!isAlias(node)) {
          if (node.anchor !== undefined) anchors.set(node.anchor, node);
          return;
        }
        const target = anchors.get(node.source);
        if (target === undefined)
          throw refusal(node, `refers to *${node.source}, which is not before it in the document`);
        this.targets.set(node, target);
      },
    });
  }

  value(node: Node | null): Value {
    if (node === null) return null;
    this.reads++;
    if (this.open.size > 0) this.referred++;
    if (this.reads > 1000 && this.referred > this.reads * maxReferred) {
      throw refusal(node, "consists mostly of references by `*`");
    }
    if (isScalar(node)) return this.scalar(node);
    if (isSeq<Node | null>(node)) return node.items.map((item) => this.value(item));
    if (!isAlias(node)) return this.map(node as YAMLMap<Node | null, Node | null>);
    const target = this.targets.get(node)!;
    if (this.open.has(target))
      throw refusal(node, `refers to *${node.source}, which contains this reference`);
    this.open.add(target);
    const value = this.value(target);
    this.open.delete(target);
    return value;
  }

  private scalar(node: Scalar): Value {
    const [start, end] = node.range!;
    const raw = this.text.slice(start, end);
    if (isQuoted(node) && !/^("([^"\\]|\\[^])*"|'([^']|'')*')$/.test(raw))
      throw refusal(node, "has text in quotes with a line that is not indented more than its key");
    if (node.type === Scalar.QUOTE_DOUBLE) {
      const { index, 0: escape } =
        /\\(?:\/|\n[ \t]*\n|(?:u|U0000)[dD][89a-fA-F]..)/.exec(raw.replaceAll("\\\\", "  ")) ?? {};
      if (index !== undefined) {
        throw new Refusal(
          start + index,
          `has ${escape}, which kubectl does not accept: write the character itself`,
        );
      }
    }
    if (node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED) {
      const body = raw.slice(raw.indexOf("\n") + 1);
      const isIndentSaid = /^.[-+]?[0-9]/.test(raw);
      // The parser drops a last line of spaces up to the indent of the first line; kubectl's up to the indent
      // that the header gives.
      const endsInSpaces = /(^|\n) +\n*$/.test(body) || /^\n* +(\n|$)/.test(this.text.slice(end));
      if (isIndentSaid ? endsInSpaces || /^\s* \s*$/.test(body) : /^(?: *\n)* *\t/.test(body)) {
        throw refusal(
          node,
          "has a block that begins with a tab or ends with a line of spaces: write it in double quotes",
        );
      }
    }
    if (node.type !== Scalar.PLAIN) return node.value as string;
    if (raw.includes("\n") && /\n *#\S[^\n]*\n *$/.test(this.text.slice(0, start)))
      throw refusal(node, "has text of several lines after a comment: write it in quotes");
    const value = plainScalar(node.value as string);
    if (value === undefined)
      throw refusal(
        node,
        `has the number ${raw}, which readers of YAML read differently: write it in quotes`,
      );
    return value;
  }

  private map(node: YAMLMap<Node | null, Node | null>): Value {
    const map = Object.create(null) as { [key: string]: Value };
    const own = new Set<string>();
    for (const { key, value } of node.items) {
      if (isScalar(key) && key.type === Scalar.PLAIN && key.value === "<<") {
        for (const [name, merged] of this.merged(key, value)) {
          if (own.has(name))
            throw refusal(key, `has ${name} before \`<<\`, which kubectl takes instead: write \`<<\` first`);
          map[name] = merged;
        }
        continue;
      }
      const name = this.key(key, node);
      if (own.has(name)) throw refusal(key ?? node, `has the key ${name} twice`);
      own.add(name);
      map[name] = this.value(value);
    }
    return map;
  }

  private key(node: Node | null, map: Node): string {
    const key = node === null ? null : this.value(node);
    const written = isAlias(node) ? this.targets.get(node) : node;
    const isFraction = typeof key === "number" && !isInteger((written as Scalar).value as string);
    if (typeof key === "object" || isFraction || (typeof key === "number" && !Number.isSafeInteger(key))) {
      throw refusal(node ?? map, "has a key that is not text: write it in quotes");
    }
    const [start, end] = (node ?? map).range!;
    if (node !== null && this.text.slice(start, end).includes("\n"))
      throw refusal(node, "has a key of more than one line");
    const name = String(key);
    if (JSON.stringify(name).length > maxKey)
      throw refusal(node!, `has a key of more than ${maxKey} characters`);
    return name;
  }

  /** The keys that `<<` adds: of one map or of several, where an earlier map wins. */
  private merged(key: Node, value: Node | null): [string, Value][] {
    const sources = isSeq<Node | null>(value) ? [...value.items].reverse() : [value];
    return sources.flatMap((source) => {
      const target = isAlias(source) ? this.targets.get(source) : source;
      if (!isMap(target)) throw refusal(key, "has `<<` with something other than maps");
      return Object.entries(this.value(source) as { [key: string]: Value });
    });
  }
}

const isQuoted = ({ type }: Scalar) => type === Scalar.QUOTE_DOUBLE || type === Scalar.QUOTE_SINGLE;

const refusal = (node: Node, problem: string) => new Refusal(node.range?.[0] ?? 0, problem);
