import * as assert from "node:assert/strict";
import { ManifestFile, manifestOf, objectsOf } from "../../addons/manifests";

const file = (text: string, name = "a.yaml"): ManifestFile => ({ name, text });
const configMap = (name: string, more = "") =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}${more}}\n`;

describe("Manifests", () => {
  const marker = "# The add-ons, as pulumi up writes them for addons-apply";

  it("become one text: a line that says so, a list of the objects, and the files as they are", () => {
    const files = [
      file(`# Two.\n${configMap("one")}---\n${configMap("two", ", namespace: demo")}`),
      file(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: three, namespace: demo}\n\n",
        "b.yaml",
      ),
    ];
    assert.equal(
      manifestOf(files),
      [
        marker,
        "#- ConfigMap - one",
        "#- ConfigMap demo two",
        "#- Deployment.apps demo three",
        "---",
        "# a.yaml",
        "# Two.",
        configMap("one").trimEnd(),
        "---",
        configMap("two", ", namespace: demo").trimEnd(),
        "---",
        "# b.yaml",
        "apiVersion: apps/v1",
        "kind: Deployment",
        "metadata: {name: three, namespace: demo}",
        "",
      ].join("\n"),
    );
  });

  it("become a text too if there are none", () => {
    assert.equal(manifestOf([]), `${marker}\n`);
  });

  it("are the same objects in another version of their API", () => {
    const inVersion = (version: string) =>
      objectsOf([file(`apiVersion: example.com/${version}\nkind: Widget\nmetadata: {name: a}\n`)]).objects;
    assert.deepEqual(inVersion("v1beta1"), inVersion("v1"));
  });

  it("are the same objects with the namespace `default` and with none, which kubectl takes for it", () => {
    const inDefault = file(configMap("a", ", namespace: default"), "b.yaml");
    assert.deepEqual(objectsOf([inDefault]).objects, ["ConfigMap - a"]);
    assert.deepEqual(objectsOf([file(configMap("a")), inDefault]).mistakes, [
      { where: "b.yaml, document 1", problem: "ConfigMap - a is in a.yaml, document 1 too" },
    ]);
  });

  it("may take their names and namespaces from elsewhere in the document, as kubectl reads them", () => {
    const text =
      "apiVersion: v1\nkind: ConfigMap\nx-common: &m {namespace: demo}\nmetadata: {<<: *m, name: a}\n";
    assert.deepEqual(objectsOf([file(text)]), { objects: ["ConfigMap demo a"], mistakes: [] });
  });

  it("may have an empty namespace, which is none", () => {
    for (const none of [", namespace: ''", ", namespace: "]) {
      assert.deepEqual(objectsOf([file(configMap("a", none))]), { objects: ["ConfigMap - a"], mistakes: [] });
    }
  });

  it("may escape characters, and have the look of half a one where nothing is escaped", () => {
    const data = `data:\n  a: "\\u00e4 \\\\ud83d"\n  b: '\\ud83d'\n  c: |\n    \\ud83d\n`;
    assert.deepEqual(objectsOf([file(`${configMap("a")}${data}`)]).mistakes, []);
  });

  it("may refer to one anchor as often as they like", () => {
    const many = Array.from({ length: 200 }, (_, i) => `  l${i}: *v\n`).join("");
    assert.deepEqual(objectsOf([file(`${configMap("a")}data:\n  v: &v "1"\n${many}`)]).mistakes, []);
  });

  it("may have documents of nothing but comments", () => {
    const { objects, mistakes } = objectsOf([file(`# head\n---\n${configMap("one")}---\n# tail\n`)]);
    assert.deepEqual([objects, mistakes], [["ConfigMap - one"], []]);
  });

  it("may have comments beside what parts documents, and end documents before it", () => {
    const { objects, mistakes } = objectsOf([
      file(`--- # head\n${configMap("one")}...\n---\t# more\n${configMap("two")}... # end\n# tail\n`),
    ]);
    assert.deepEqual([objects, mistakes], [["ConfigMap - one", "ConfigMap - two"], []]);
  });

  const wrong: [text: string, where: string, problem: string][] = [
    [
      "a: [",
      "document 1",
      "Flow sequence in block collection must be sufficiently indented and end with a ] at line 1, column 5",
    ],
    ["hello", "document 1", "is no Kubernetes object: it is not a map"],
    ["- a", "document 1", "is no Kubernetes object: it is not a map"],
    ["kind: ConfigMap", "document 1", "has no apiVersion"],
    ["apiVersion: v1", "document 1", "has no kind"],
    [`${configMap("one")}---\napiVersion: v1\nkind: Pod\n`, "document 2", "Pod has no metadata.name"],
    ["apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}\n", "document 1", "Pod has no metadata.name"],
    [
      "apiVersion: v1\nkind: List\nitems: []\n",
      "document 1",
      "is a List: write its items as documents of their own",
    ],
    [
      configMap("one", ", namespace: 1"),
      "document 1",
      "ConfigMap has a metadata.namespace that is no text: write it in quotes",
    ],
    // kubectl reads YAML 1.1.
    [configMap("on"), "document 1", "ConfigMap has a metadata.name that is no text: write it in quotes"],
    [
      configMap("one", ", namespace: no"),
      "document 1",
      "ConfigMap has a metadata.namespace that is no text: write it in quotes",
    ],
    [
      `%YAML 1.2\n---\n${configMap("one")}`,
      "document 1",
      "has a line that begins with %, which kubectl does not take: leave it out",
    ],
    [
      `%TAG ! tag:example.com,2000:\n---\n${configMap("one")}`,
      "document 1",
      "has a line that begins with %, which kubectl does not take: leave it out",
    ],
    [
      `${configMap("one")}data:\n  a: "\\ud83d\\ude00"\n`,
      "document 1",
      "has half a character escaped in line 5, which kubectl does not take: write the character itself",
    ],
    [
      `${configMap("&a one")}---\n${configMap("two", ", labels: *a")}`,
      "document 2",
      "Unresolved alias (the anchor must be set before the alias): a",
    ],
    [
      configMap('"one two"'),
      "document 1",
      "ConfigMap one two has white space in its apiVersion, kind, name or namespace",
    ],
    [
      `${configMap("one")}---\n${configMap("one")}`,
      "document 2",
      "ConfigMap - one is in a.yaml, document 1 too",
    ],
    [
      `${configMap("one")}--- {apiVersion: v1, kind: ConfigMap, metadata: {name: two}}\n`,
      "document 2",
      "has content beside the `---` of line 4, which kubectl does not take: begin it on the next line",
    ],
    [
      `# one\n--- !!map\n${configMap("one")}`,
      "document 1",
      "has content beside the `---` of line 2, which kubectl does not take: begin it on the next line",
    ],
    [
      `${configMap("one")}...\n\n${configMap("two")}`,
      "document 2",
      "begins in line 6 with no `---` before it, so kubectl does not read it",
    ],
    [
      configMap("addons", ", namespace: kube-system"),
      "document 1",
      "ConfigMap kube-system addons is in what controllers write themselves too",
    ],
  ];
  for (const [text, where, problem] of wrong) {
    it(`are refused where a document ${problem}`, () => {
      const { mistakes } = objectsOf([file(text)]);
      assert.deepEqual(mistakes, [{ where: `a.yaml, ${where}`, problem }]);
      assert.throws(() => manifestOf([file(text)]), { message: `a.yaml, ${where}: ${problem}` });
    });
  }
});
