import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { ManifestFile, manifestOf, objectsOf } from "../../../addons/manifests";
import { manifestDecoder } from "../../toolchain/manifestDecoder";
import { brokenText, objects, soup, writtenText } from "./manifestTexts";
import { everyAddon, type KubernetesObject } from "../../../test/addons/rendered";

interface Reading {
  /** As JSON. */
  readonly objects: string;
  readonly error?: string;
}

/** The texts as read by the packages with which kubectl reads manifests. */
function kubectlReads(texts: readonly string[]): Reading[] {
  const input = texts.flatMap((text) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(text));
    return [length, Buffer.from(text)];
  });
  const program = manifestDecoder(join(__dirname, "decoder/main.go"));
  const { stdout, stderr, status } = spawnSync(program, { input: Buffer.concat(input), maxBuffer: Infinity });
  assert.equal(status, 0, String(stderr));
  return String(stdout)
    .trimEnd()
    .split("\n")
    .map((line) => {
      const { error } = JSON.parse(line) as { error?: string };
      return { objects: line.replace(/,"error":.*/, "}"), error };
    });
}

/** The line that `addons-apply` finds for an object. */
function idOf({ apiVersion, kind, metadata: { name, namespace } }: KubernetesObject): string {
  const group = apiVersion.includes("/") ? `.${apiVersion.split("/")[0]}` : "";
  return `${kind}${group} ${!namespace || namespace === "default" ? "-" : namespace} ${name}`;
}

const file = (text: string): ManifestFile => ({ name: "a.yaml", text });

/** The controllers' form of a text; undefined if it is refused. */
function given(text: string): string | undefined {
  try {
    return manifestOf([file(text)]);
  } catch {
    return undefined;
  }
}

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/**
 * Fails if kubectl reads the controllers' form differently from the text itself. Returns how many texts were
 * accepted.
 */
function compare(texts: readonly string[]): number {
  const accepted = texts.flatMap((text) => {
    const ours = given(text);
    return ours === undefined ? [] : [{ text, ours }];
  });
  const readings = kubectlReads(accepted.flatMap(({ text, ours }) => [text, ours]));
  for (const [i, { text, ours }] of accepted.entries()) {
    const [theirs, back] = readings.slice(2 * i, 2 * i + 2);
    assert.deepEqual(back, theirs, `${JSON.stringify(text)}\nis given as\n${ours}`);
    assert.equal(back.error, undefined, text);
    const read = (JSON.parse(back.objects) as { objects: KubernetesObject[] }).objects.map(idOf);
    assert.deepEqual(read, ours.match(/(?<=^#- ).*/gm), text);
  }
  return accepted.length;
}

const documents = 5000;
const sample = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number) =>
  fc.sample(arbitrary, { numRuns, seed: Number(process.env.SEED ?? 1) });

describe("Manifests that are accepted", function () {
  this.timeout("10m"); // the first run builds the decoder

  const folder = join(__dirname, "realistic");
  const realistic = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));

  it("are the same objects to kubectl as the text itself, in every style of YAML", () => {
    const texts = sample(writtenText(), documents / 2);
    const accepted = compare(texts);
    assert.ok(accepted > texts.length * 0.95, `only ${accepted} of ${texts.length} are accepted`);
  });

  it("are the same objects to kubectl as the text itself, whatever was done to it", () => {
    const texts = [...sample(brokenText(realistic), documents / 2), ...sample(soup(), documents)];
    const accepted = compare(texts);
    assert.ok(accepted > texts.length / 10, `only ${accepted} of ${texts.length} are accepted`);
  });

  const unlike: [title: string, data: string, problem: RegExp][] = [
    ["`_` behind a decimal point", "k: .2_0", /^$/],
    ["no digit of an octal number", "k: 0o", /^$/],
    ["a key that Go writes in its own way", "1e6: x", /has a key that is not text/],
    ["a key of minus nothing", "-0.0: x", /has a key that is not text/],
    ["a line in quotes that looks like a key", "k: 'it''\n  m: b'", /has text in quotes with a line/],
    ["a line in quotes that looks like a comment", 'k: "a\\"\n#c"', /has text in quotes with a line/],
    ["a last line of spaces in an indented block", "k: |2\n      y\n     \n  m: n", /has a block that/],
    ["text of two lines behind a comment", "k:\n#c\n     y\n b", /several lines after a comment/],
  ];
  for (const [title, data, problem] of unlike) {
    it(`are the same to kubectl, or refused by line, with ${title}`, () => {
      const written = file(`apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  ${data}\n`);
      const [mistake] = objectsOf([written]).mistakes;
      assert.match(mistake?.problem ?? "", problem);
      if (mistake === undefined) assert.equal(compare([written.text]), 1);
    });
  }

  it("may have every text and number that JSON has, which controllers are given as they are", () => {
    const texts = sample(objects(), 300).map((object) =>
      JSON.stringify(object).replace(/[^ -~\u{10000}-\u{10ffff}]/gu, escaped),
    );
    assert.equal(compare(texts), texts.length);
  });

  for (const [i, name] of readdirSync(folder).entries()) {
    it(`are such as ${name}`, () => {
      assert.deepEqual(objectsOf([file(realistic[i])]).mistakes, []);
      assert.equal(compare([realistic[i]]), 1);
    });
  }

  it("are the project's own", () => {
    const texts = everyAddon().map(({ text }) => text);
    assert.equal(compare(texts), texts.length);
  });
});
