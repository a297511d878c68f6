import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { format, resolveConfig } from "prettier";
import { z } from "zod";
import { assertGolden } from "../golden";
import { editorSchema, referencePage, sections } from "../../settings/reference";

const project = path.join(__dirname, "../..");
const namespace = "pulumi-kubeadm";

const generated: [file: string, text: () => string][] = [
  ["docs/settings.md", () => referencePage(namespace)],
  ["docs/settings.schema.json", () => JSON.stringify(editorSchema(namespace))],
];

describe("The reference of settings", () => {
  for (const [file, text] of generated) {
    it(`${file} is what the schema says (UPDATE_GOLDEN=1 writes it)`, async () => {
      const filepath = path.join(project, file);
      const layout = { proseWrap: "always", printWidth: 100 } as const;
      const wanted = await format(text(), { ...(await resolveConfig(filepath)), ...layout, filepath });
      assertGolden(filepath, wanted);
    });
  }

  it("describes every setting, with its default, and the unit of every number", () => {
    const entries = sections().flatMap((section) => section.entries);
    assert.ok(entries.length > 45, `only ${entries.length} settings`);
    for (const { key, about, form, required } of entries) {
      assert.match(about.description, /\.$/, key);
      const optional = !required && form.safeParse(undefined).data === undefined;
      assert.equal(about.absent !== undefined, optional, `${key} tells what holds without it`);
      const { type } = z.toJSONSchema(form, { io: "input" });
      if (type === "integer" || type === "number") assert.ok(about.unit, `${key} does not tell its unit`);
    }
  });

  it("accepts the stacks of this project, and refuses what the program refuses", () => {
    const editors = z.fromJSONSchema(editorSchema(namespace) as z.core.JSONSchema.JSONSchema);
    const takes = (stack: unknown) => editors.safeParse(stack).success;
    for (const stack of ["dev", "prod", "local", "lab"]) {
      const file = readFileSync(path.join(project, `Pulumi.${stack}.yaml`), "utf8");
      const found = editors.safeParse(parse(file));
      assert.ok(found.success, `${stack}: ${found.error?.message}`);
    }
    const config = {
      "aws:region": "eu-central-1",
      [`${namespace}:name`]: "dev",
      [`${namespace}:domain`]: "a.b",
    };
    assert.ok(takes({ config }));
    assert.ok(!takes({ config: { ...config, [`${namespace}:zonez`]: 3 } }));
    assert.ok(!takes({ config: { ...config, [`${namespace}:zones`]: 7 } }));
    assert.ok(!takes({ config: { "aws:region": "eu-central-1" } }));
  });
});
