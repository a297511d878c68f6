import * as fc from "fast-check";

/** A value of YAML: a string is a text, `{ plain }` is written without quotes. */
type Written = string | { plain: string } | Written[] | Map<string, Written>;

const words = [
  "a",
  "b-c",
  "x.y/z",
  "yes",
  "No",
  "on",
  "null",
  "~",
  "true",
  "2001-01-01",
  "1.2.3",
  "<<",
  "=",
  "-a",
  "é",
  "a b",
  "a#b",
  "a:b",
  "0o8",
];
const numbers = [
  "0",
  "-1",
  "42",
  "0644",
  "0o17",
  "0x1F",
  "0b11",
  "1_000",
  "1.50",
  "1e3",
  "-0.0",
  ".5",
  "08",
  "+7",
  "9007199254740993",
  "-9223372036854775808",
  "18446744073709551615",
  "18446744073709551616",
  "1e21",
  "0.0000001",
];

const text = fc.oneof(
  fc.constantFrom(...words),
  fc.string(),
  fc.string({
    unit: fc.constantFrom("a", "b", " ", "\n", "\t", ":", "#", "-", "'", '"', "\\", "{", "}", ",", "é", "😀"),
  }),
);
const key = fc.oneof(fc.constantFrom("a", "b", "c", "d-e", "f.g/h", "y", "1"), fc.string({ maxLength: 8 }));

const written = fc.letrec<{ value: Written; list: Written[]; map: Map<string, Written> }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.constantFrom(...numbers, "yes", "null", "~", "").map((plain) => ({ plain })),
    tie("list"),
    tie("map"),
  ),
  list: fc.array(tie("value"), { maxLength: 4 }),
  map: fc.array(fc.tuple(key, tie("value")), { maxLength: 4 }).map((entries) => new Map(entries)),
}));

/** Objects with everything that JSON can say. */
export const objects = () =>
  fc
    .tuple(fc.jsonValue({ stringUnit: "binary" }), fc.string({ unit: "binary" }))
    .map(([data, more]) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data, more }));

/** One to three objects, in many styles of people and programs. */
export const writtenText = () =>
  fc
    .tuple(
      fc.array(written.map, { minLength: 1, maxLength: 3 }),
      fc.array(fc.nat(1000), { minLength: 20, maxLength: 20 }),
    )
    .map(([maps, choices]) => {
      let used = 0;
      const choose = (count: number) => choices[used++ % choices.length] % count;
      const documents = maps.map((map, i) => {
        const head = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: n${i}\n`;
        map.delete("y"); // which is `true`, as other keys may be
        return `${head}spec:${block(map, 2, choose)}`;
      });
      const separator = [
        "---\n",
        "--- \n",
        "--- # next\n",
        "\n---\n\n",
        "# end\n---\n# begin\n",
        "...\n---\n",
      ][choose(6)];
      const all = ["", "---\n", "# head\n"][choose(3)] + documents.join(separator);
      return choose(4) === 0 ? all.replaceAll("\n", "\r\n") : all;
    });

type Choose = (count: number) => number;

/** The text after a key or a dash, to the end of its last line. */
function block(value: Written, indent: number, choose: Choose): string {
  const comment = ["", "", "", " # c"][choose(4)];
  if (typeof value === "string")
    return ` ${choose(3) === 0 ? literal(value, indent, choose) : `${flow(value, choose)}${comment}`}\n`;
  const isEmpty = Array.isArray(value) ? value.length === 0 : value instanceof Map && value.size === 0;
  if (!(Array.isArray(value) || value instanceof Map) || isEmpty || choose(4) === 0)
    return ` ${flow(value, choose)}${comment}\n`;
  const margin = " ".repeat(indent);
  const lines = Array.isArray(value)
    ? value.map((item) => `${margin}-${block(item, indent + 2, choose)}`)
    : [...value].map(([name, item]) => `${margin}${keyOf(name, choose)}:${block(item, indent + 2, choose)}`);
  return `${comment}\n${lines.join(["", "", "\n", `${margin}# c\n`][choose(4)])}`;
}

/** In block style, if that can express it. */
function literal(value: string, indent: number, choose: Choose): string {
  if (!/^[^\s\x7f-\x9f][^\t\x7f-\x9f\r]*$/.test(value) || /\s\n|\n\s|\s$/.test(value.trimEnd() + "x"))
    return flow(value, choose);
  const margin = " ".repeat(indent);
  return `${"|>"[choose(2)]}${["", "-", "+"][choose(3)]}\n${value
    .split("\n")
    .map((line) => line && margin + line)
    .join("\n")}`;
}

function flow(value: Written, choose: Choose): string {
  if (Array.isArray(value)) return `[${value.map((item) => flow(item, choose)).join(", ")}]`;
  if (value instanceof Map)
    return `{${[...value].map(([name, item]) => `${keyOf(name, choose)}: ${flow(item, choose)}`).join(", ")}}`;
  if (typeof value !== "string") return value.plain;
  if (/^[a-z][a-z0-9./-]*$/.test(value) && choose(2) === 0) return value;
  if (/^[^\n\t']*$/.test(value) && choose(2) === 0) return `'${value}'`;
  return JSON.stringify(value);
}

const keyOf = (name: string, choose: Choose) =>
  /^[a-z][a-z0-9./-]*$/.test(name) && choose(4) > 0 ? name : JSON.stringify(name);

/** Texts that mean something in YAML, to some of its readers or to all. */
const pieces =
  `a|b|1|0x1f|1_0|.5|yes|null|~|'q'|"d"|"\\n"|"\\u00e9"|"\\/"|"\\ud83d\\ude00"|é|😀|: |:|- |-|? |?|#| #|&x |*x|!!str |! |{|}|[|]|,|, |<<: |<<: *x|%|@|\`|"|'|\\|>|>-|>+|>1-|{a: 1}|[1, 2]|{a: [b, {c: d}]}|{"a":1}|---|...|..`
    .split("|")
    .concat([
      "|",
      "|-",
      "|+",
      "|2",
      " ",
      "  ",
      "\t",
      " \t",
      "\n",
      "\n ",
      "\n  ",
      "\n\n",
      "\n\t\n",
      "\n---\n",
      "\n--- # c\n",
      "\n---\t\n",
      "\n...\n",
    ])
    .concat([
      "\r\n",
      "\r",
      "\ufeff",
      "\u2028",
      "\u0085",
      "\x1b",
      "\x7f",
      "\u00a0",
      "\0",
      '"\\\n  "',
      '"a\n  b"',
      "'a\n\n  b'",
      '"a \n\n  b\\\n  c"',
      "a\n  b",
    ])
    .concat([
      "key: ",
      "k: v\n",
      "- a\n",
      "- k: v\n  l: w\n",
      "a:\n  - b\n",
      "a:\n- b\n",
      "  a: |\n    text\n   less\n",
      "  a: >-\n    b\n\n     c\n    d\n",
    ]);

const bases = [
  `apiVersion: v1\nkind: ConfigMap\nmetadata: &m\n  name: a\nx-common: &x {a: 1, b: two}\nx:\n  <<: *x\n  c: 3\nz: *x\nlist:\n- 1\n- - nested\n  - deeper\n-\n  k: v\n`,
  `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v\\n","n":1.0,"e":[],"o":{}}}\n`,
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: 'multi\n    line', b: "dq\n    more\\\n    x", c: plain\n    two}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n`,
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: |\n    one\n      two\n\n    three\n  b: >-\n    some words\n    and more\n\n    par\n  "c": "a\\tb"\n`,
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: `,
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nspec:\n- `,
];

/** Texts with changes that a person, an editor or a template may make. */
export const brokenText = (more: readonly string[]) => {
  const change = fc.record({
    at: fc.nat(),
    what: fc.nat(5),
    piece: fc.constantFrom(...pieces),
    size: fc.integer({ min: 1, max: 3 }),
    other: fc.nat(),
  });
  const base = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...bases) },
    fc.constantFrom(...more),
    writtenText(),
  );
  return fc.tuple(base, fc.array(change, { minLength: 1, maxLength: 3 })).map(([from, changes]) =>
    changes.reduce((broken, { at, what, piece, size, other }) => {
      const point = at % (broken.length + 1);
      const lines = broken.split("\n");
      const line = at % lines.length;
      if (what < 2) return broken.slice(0, point) + piece + broken.slice(point);
      if (what === 2) return broken.slice(0, point) + broken.slice(point + size);
      if (what === 3) lines.splice(line, 0, lines[other % lines.length]);
      if (what === 4) lines[line] = [" ", "  ", "\t", "    "][other % 4] + lines[line];
      if (what === 5) lines[line] = lines[line].replace(/^ {1,2}/, "") + ["", " ", "  # c", " \t"][other % 4];
      return lines.join("\n");
    }, from),
  );
};

const beginnings = [
  "data:\n  a: ",
  "x: ",
  "",
  "x:\n  - ",
  "x: [",
  "x: {",
  "x: {a: ",
  'x: "',
  "x: '",
  "x: |\n  ",
  "x: >\n  ",
  "x: |2\n",
  "x: &x {a: 1}\ny: ",
  "x:\n  a: b\n  ",
];

/** An object with a value that has a meaning in YAML. */
export const soup = () =>
  fc
    .tuple(
      fc.constantFrom(...beginnings),
      fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 }),
      fc.constantFrom("\n", "", "]\n", "}\n", '"\n', "'\n", "\nz: 1\n", "\n  z: 1\n"),
    )
    .map(
      ([begin, middle, end]) =>
        `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n${begin}${middle.join("")}${end}`,
    );
