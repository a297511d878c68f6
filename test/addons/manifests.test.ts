import * as assert from "node:assert/strict";
import { ManifestFile, manifestOf, objectsOf } from "../../addons/manifests";

const file = (text: string, name = "a.yaml"): ManifestFile => ({ name, text });
function found(...files: ManifestFile[]) {
  const { objects, mistakes } = objectsOf(files);
  return {
    objects: objects.map(({ id }) => id),
    mistakes: mistakes.map(({ file, line, problem }) => ({ where: `${file.name}, line ${line}`, problem })),
  };
}
const configMap = (name: string, more = "") =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}${more}}\n`;

describe("Manifests", () => {
  const marker = "# The add-ons, as pulumi up writes them for addons-apply";

  it("become one text: a marker line, a list of the objects, and the objects as JSON", () => {
    const files = [
      file(`# Two.\n${configMap("one")}---\n${configMap("two", ", namespace: demo")}`),
      file(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: three}\nspec: {replicas: 9007199254740993}\n",
        "b.yaml",
      ),
    ];
    const object = (more: string, metadata: string) =>
      `{\n  "apiVersion": ${more},\n  "metadata": {\n    ${metadata}\n  }`;
    assert.equal(
      manifestOf(files),
      [
        marker,
        "#- ConfigMap - one",
        "#- ConfigMap demo two",
        "#- Deployment.apps - three",
        "---",
        "# a.yaml, line 2",
        `${object('"v1",\n  "kind": "ConfigMap"', '"name": "one"')}\n}`,
        "---",
        "# a.yaml, line 6",
        `${object('"v1",\n  "kind": "ConfigMap"', '"name": "two",\n    "namespace": "demo"')}\n}`,
        "---",
        "# b.yaml, line 2",
        `${object('"apps/v1",\n  "kind": "Deployment"', '"name": "three"')},\n  "spec": {\n    "replicas": 9007199254740993\n  }\n}`,
        "",
      ].join("\n"),
    );
  });

  it("become a text even if there are none", () => {
    assert.equal(manifestOf([]), `${marker}\n`);
  });

  it("are the same objects in another version of their API", () => {
    const inVersion = (version: string) =>
      found(file(`apiVersion: example.com/${version}\nkind: Widget\nmetadata: {name: a}\n`)).objects;
    assert.deepEqual(inVersion("v1beta1"), inVersion("v1"));
  });

  it("are the same objects with the namespace `default` and with none", () => {
    const inDefault = file(configMap("a", ", namespace: default"), "b.yaml");
    assert.deepEqual(found(inDefault).objects, ["ConfigMap - a"]);
    assert.deepEqual(found(file(configMap("a")), inDefault).mistakes, [
      { where: "b.yaml, line 1", problem: "ConfigMap - a is in a.yaml, line 1 too" },
    ]);
  });

  it("may take their names and namespaces from elsewhere in the document, as kubectl reads them", () => {
    const text =
      "apiVersion: v1\nkind: ConfigMap\nx-common: &m {namespace: demo}\nmetadata: {<<: *m, name: a}\n";
    assert.deepEqual(found(file(text)), { objects: ["ConfigMap demo a"], mistakes: [] });
  });

  it("may have an empty namespace, which counts as none", () => {
    for (const none of [", namespace: ''", ", namespace: "]) {
      assert.deepEqual(found(file(configMap("a", none))), { objects: ["ConfigMap - a"], mistakes: [] });
    }
  });

  it("may contain escaped characters, and text that looks like half an escape", () => {
    const data = `data:\n  a: "\\u00e4 \\\\ud83d"\n  b: '\\ud83d'\n  c: |\n    \\ud83d\n`;
    assert.deepEqual(found(file(`${configMap("a")}${data}`)).mistakes, []);
  });

  it("may refer to one anchor any number of times", () => {
    const many = Array.from({ length: 200 }, (_, i) => `  l${i}: *v\n`).join("");
    assert.deepEqual(found(file(`${configMap("a")}data:\n  v: &v "1"\n${many}`)).mistakes, []);
  });

  it("may have documents with only comments", () => {
    const { objects, mistakes } = found(file(`# head\n---\n${configMap("one")}---\n# tail\n`));
    assert.deepEqual([objects, mistakes], [["ConfigMap - one"], []]);
  });

  it("may have comments next to document separators, and document ends before them", () => {
    const { objects, mistakes } = found(
      file(`--- # head\n${configMap("one")}...\n---\t# more\n${configMap("two")}... # end\n# tail\n`),
    );
    assert.deepEqual([objects, mistakes], [["ConfigMap - one", "ConfigMap - two"], []]);
  });

  const job = (spec: string) => `apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec: {${spec}}\n`;
  const wrong: [text: string, line: number, problem: string][] = [
    ["a: [", 1, "Flow sequence in block collection must be sufficiently indented and end with a ]"],
    ["hello", 1, "is not a Kubernetes object: it is not a map"],
    ["- a", 1, "is not a Kubernetes object: it is not a map"],
    ["kind: ConfigMap", 1, "has no apiVersion"],
    ["apiVersion: v1", 1, "has no kind"],
    [`${configMap("one")}---\napiVersion: v1\nkind: Pod\n`, 5, "Pod has no metadata.name"],
    ["apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}\n", 1, "Pod has no metadata.name"],
    ["apiVersion: v1\nkind: List\nitems: []\n", 1, "is a List: write its items as documents of their own"],
    ["apiVersion: v1\nkind: PodList\n", 1, "is a PodList: write its items as documents of their own"],
    ...[
      "policy/v1 Eviction",
      "autoscaling/v1 Scale",
      "authentication.k8s.io/v1 TokenRequest",
      "v1 DeleteOptions",
    ]
      .map((one) => one.split(" "))
      .map(([version, kind]): [string, number, string] => [
        `# one\napiVersion: ${version}\nkind: ${kind}\nmetadata: {name: a}\n`,
        2,
        `${kind} is a request or an answer of the API, which never stores it: leave it out`,
      ]),
    [
      configMap("one", ", namespace: 1"),
      1,
      "ConfigMap has a metadata.namespace that is not text: write it in quotes",
    ],
    // kubectl reads YAML 1.1.
    [configMap("on"), 1, "ConfigMap has a metadata.name that is not text: write it in quotes"],
    [
      configMap("one", ", namespace: no"),
      1,
      "ConfigMap has a metadata.namespace that is not text: write it in quotes",
    ],
    [
      configMap('"one two"'),
      1,
      "ConfigMap one two has white space in its apiVersion, kind, name or namespace",
    ],
    [
      configMap("--all"),
      1,
      "ConfigMap --all has a kind, group, namespace or name that Kubernetes does not accept",
    ],
    [configMap("../one"), 1, "ConfigMap ../one has a name or namespace with / or %, or with only dots"],
    [
      configMap("one", ", labels: {on: off}"),
      1,
      "ConfigMap one has true in metadata.labels that is not text: write it in quotes",
    ],
    [
      configMap("one", ", lables: {a: b}"),
      1,
      "ConfigMap one has metadata.lables, which a manifest must not have: leave it out",
    ],
    [
      configMap("one", ", uid: 1b4e28ba"),
      1,
      "ConfigMap one has metadata.uid, which the API sets itself: leave it out",
    ],
    [`${configMap("one")}---\n${configMap("one")}`, 5, "ConfigMap - one is in a.yaml, line 1 too"],
    [
      configMap("addons", ", namespace: kube-system"),
      1,
      "ConfigMap kube-system addons is in what controllers write themselves too",
    ],

    // What other readers of YAML take, and kubectl does not, or otherwise.
    [
      `%YAML 1.2\n---\n${configMap("one")}`,
      1,
      "has a line that begins with %, which kubectl does not accept: leave it out",
    ],
    [
      `${configMap("one")}data: {a: "\\ud83d\\ude00"}\n`,
      4,
      "has \\ud83d, which kubectl does not accept: write the character itself",
    ],
    [
      `${configMap("one")}data: {a: "\\/"}\n`,
      4,
      "has \\/, which kubectl does not accept: write the character itself",
    ],
    [
      `${configMap("&a one")}---\n${configMap("two", ", labels: *a")}`,
      7,
      "refers to *a, which is not before it in the document",
    ],
    [`${configMap("one")}a: &a [*a]\n`, 4, "refers to *a, which contains this reference"],
    [
      `${configMap("one")}a: &a {b: 1}\nc: {b: 2, <<: *a}\n`,
      5,
      "has b before `<<`, which kubectl takes instead: write `<<` first",
    ],
    [`${configMap("one")}data: {a: b}\ndata: {}\n`, 5, "has the key data twice"],
    [`${configMap("one")}data: {1: a, 0x1: b}\n`, 4, "has the key 1 twice"],
    [`${configMap("one")}data: {1.5: a}\n`, 4, "has a key that is not text: write it in quotes"],
    [
      `${configMap("one")}data: {a: .nan}\n`,
      4,
      "has the number .nan, which readers of YAML read differently: write it in quotes",
    ],
    [
      `${configMap("one")}data: {a: !!str 1}\n`,
      4,
      "has a tag, which begins with `!`: leave it out, and write text in quotes",
    ],
    [`${configMap("one")}? data\n: {}\n`, 4, "has a key after `?`: write it before `:`"],
    [`${configMap("one")}data: {a:}\n`, 4, "has a `:` inside brackets without a space after it"],
    [
      `${configMap("one")}data:\n  a: |\n    x\n\t\n    y\n`,
      7,
      "Block scalar lines must not be less indented than their first line",
    ],
    [`${configMap("one")}data:\n\ta: b\n`, 5, "has a tab where YAML allows only spaces"],
    [
      `${configMap("one")}data: {a: "\x1b"}\n`,
      4,
      'has the character U+001B, which YAML does not allow: leave it out, or write "\\u001B" in double quotes',
    ],
    [
      `${configMap("one")}---\n\ufeff${configMap("two")}`,
      5,
      'has the character U+FEFF, which YAML does not allow: leave it out, or write "\\uFEFF" in double quotes',
    ],
    [
      `${configMap("one")}--- {apiVersion: v1, kind: ConfigMap, metadata: {name: two}}\n`,
      4,
      "has content beside `---`, which kubectl does not accept: begin it on the next line",
    ],
    [
      `# one\n--- !!map\n${configMap("one")}`,
      2,
      "has content beside `---`, which kubectl does not accept: begin it on the next line",
    ],
    [
      `${configMap("one")}...\n\n${configMap("two")}`,
      6,
      "has no `---` before it, so kubectl does not read it: add one",
    ],

    // What does not stay, and would be made again every five minutes.
    [
      job("ttlSecondsAfterFinished: 0"),
      1,
      "Job a deletes itself once it is done, and then would run again every five minutes: leave its ttl out",
    ],
    [
      configMap("one", ', annotations: {"helm.sh/hook": pre-install}'),
      1,
      "ConfigMap one is a Helm hook, which only Helm runs at the right time: render the chart with `helm template --no-hooks`",
    ],
    [
      "apiVersion: v1\nkind: Event\nmetadata: {name: a}\n",
      1,
      "Event a is not kept by the cluster, so it would be made again every five minutes: leave it out",
    ],
  ];
  for (const [text, line, problem] of wrong) {
    it(`are refused where a document ${problem}`, () => {
      assert.deepEqual(found(file(text)).mistakes, [{ where: `a.yaml, line ${line}`, problem }]);
      assert.throws(() => manifestOf([file(text)]), { message: `a.yaml, line ${line}: ${problem}` });
    });
  }

  it("are refused where a document is nested too deeply, whatever it is made of", () => {
    const lines = Array.from({ length: 1500 }, (_, i) => `${" ".repeat(i)}a:\n`).join("");
    for (const text of ["{a: ".repeat(5000) + "}".repeat(5000), "- ".repeat(3000), lines]) {
      assert.deepEqual(found(file(`${configMap("one")}---\n${text}`)).mistakes, [
        { where: "a.yaml, line 4", problem: "is nested too deeply" },
      ]);
    }
  });

  it("are refused if a document is an empty list of Kubernetes' own kinds, and accepted for another list kind", () => {
    const list = (type: string) => {
      const [version, kind] = type.split(" ");
      return found(file(`apiVersion: ${version}\nkind: ${kind}\nmetadata: {name: a}\n`)).mistakes.length;
    };
    for (const type of [
      "v1 List",
      "v1 PodList",
      "apps/v1 DeploymentList",
      "rbac.authorization.k8s.io/v1 RoleList",
    ])
      assert.equal(list(type), 1, type);
    for (const type of ["example.com/v1 DenyList", "example.com/v1 Scale", "example.com/v1 Status"])
      assert.equal(list(type), 0, type);
  });

  it("may have Jobs that stay once they are done, and CronJobs whose Jobs do not", () => {
    const cronJob =
      "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a}\nspec: {jobTemplate: {spec: {ttlSecondsAfterFinished: 60}}}\n";
    assert.deepEqual(found(file(`${job("backoffLimit: 3")}---\n${cronJob}`)), {
      objects: ["Job.batch - a", "CronJob.batch - a"],
      mistakes: [],
    });
  });
});
