import { z } from "zod";
import { About, Effect, effects } from "./schema/about";
import { clusterSchema } from "./schema/cluster";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** A setting's entry in the reference. */
export interface Entry {
  /** Path from the top, with `<pool>` for the name of a pool. */
  readonly key: string;
  readonly about: About;
  readonly form: z.ZodType;
  readonly required: boolean;
}

/** Settings that belong together. */
export interface Section {
  /** Empty for settings at the top. */
  readonly key: string;
  readonly description?: string;
  readonly entries: readonly Entry[];
}

/** All settings in the order of the schema: those at the top first, then each group. */
export function sections(): Section[] {
  const found = new Map<string, { description?: string; entries: Entry[] }>([["", { entries: [] }]]);
  const visit = (group: z.ZodObject, key: string) => {
    for (const [name, form] of Object.entries(group.shape) as [string, z.ZodType][]) {
      const path = key === "" ? name : `${key}.${name}`;
      const { change } = aboutOf(form);
      const inner = unwrapped(form);
      if (change !== undefined) {
        const required = !form.safeParse(undefined).success;
        found.get(key)!.entries.push({ key: path, about: aboutOf(form) as About, form, required });
      }
      if (inner instanceof z.ZodRecord && unwrapped(inner.valueType as z.ZodType) instanceof z.ZodObject) {
        enter(unwrapped(inner.valueType as z.ZodType) as z.ZodObject, `${path}.<pool>`);
      } else if (change === undefined) {
        enter(inner as z.ZodObject, path, aboutOf(inner).description);
      }
    }
  };
  const enter = (group: z.ZodObject, key: string, description?: string) => {
    found.set(key, { description, entries: [] });
    visit(group, key);
  };
  visit(clusterSchema, "");
  return [...found].map(([key, section]) => ({ key, ...section }));
}

/** The effects of a setting's changes; if there are several, each with its changes. */
export function effectsOf({ change }: Pick<About, "change">): [effect: Effect, when: string | undefined][] {
  if (typeof change === "string") return [[change, undefined]];
  return effects.filter((effect) => effect in change).map((effect) => [effect, change[effect]]);
}

/** JSON schema of `Pulumi.<stack>.yaml`, for editors. */
export function editorSchema(namespace: string): object {
  const { properties, required = [], ...rest } = jsonSchema(clusterSchema);
  const named = (key: string) => `${namespace}:${key}`;
  return {
    $schema: rest.$schema,
    title: `Pulumi.<stack>.yaml of ${namespace}`,
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: Object.fromEntries(
          Object.entries(properties ?? {}).map(([key, schema]) => [named(key), schema]),
        ),
        // Other namespaces, such as aws:region, have their own settings.
        patternProperties: { [`^(?!${namespace}:)`]: {} },
        additionalProperties: false,
        required: required.map(named),
      },
    },
    required: ["config"],
  };
}

/** The reference of all settings, as Markdown: a section for each group, a list entry for each setting. */
export function referencePage(namespace: string): string {
  const parts = sections().flatMap(({ key, description, entries }) => [
    `## ${key === "" ? "Settings at the top" : code(key)}`,
    ...(description ? [description] : []),
    entries.map(listEntry).join("\n"),
  ]);
  return [introduction(namespace), ...parts].join("\n\n") + "\n";
}

const introduction = (namespace: string) => `# Settings

This page lists every setting of a stack. It is generated from the schema in \`settings/schema/\`.

A setting stands in \`Pulumi.<stack>.yaml\`, below \`config:\`, as \`${namespace}:<setting>\`. Only \`name\` and
\`domain\` are required.

Your editor can complete and check the settings. Make this line the first one of the file; it names the JSON schema
[settings.schema.json](settings.schema.json).

\`\`\`yaml
# yaml-language-server: $schema=docs/settings.schema.json
\`\`\`

Each entry says what a change of the setting does to an existing cluster:

| A change | What happens |
| --- | --- |
| nothing | Nothing changes in AWS. |
| in place | Resources change; every node stays. |
| rolls the pool | The pool's nodes are replaced, a few at a time. |
| rolls controllers | The controllers are replaced, one at a time. |
| all nodes | Controllers and workers are replaced. |
| refused | The program refuses the change before it makes anything. |`;

function listEntry({ key, about, form, required }: Entry): string {
  const schema = jsonSchema(form);
  const facts = [
    `Value: ${formOf(schema)}`,
    ...(about.unit === undefined ? [] : [`Unit: ${about.unit}`]),
    required ? "Required" : `Default: ${about.absent ?? code(schema.default ?? form.parse(undefined))}`,
    `A change: ${changeOf(about)}`,
  ];
  return [`- **${code(key)}**: ${about.description}`, ...facts.map((fact) => `  - ${fact}`)].join("\n");
}

/** The allowed values, in words. */
function formOf(schema: JsonSchema): string {
  const { anyOf, enum: values, type, items, properties, additionalProperties, examples } = schema;
  if (anyOf) return anyOf.map((each) => formOf(each)).join(", or ");
  if (values) return values.map(code).join(", ");
  if (type === "boolean") return "`true`, `false`";
  if (type === "integer") return `whole number, ${schema.minimum} to ${schema.maximum}`;
  if (type === "array") return `list of ${formOf(items as JsonSchema)}`;
  if (properties) return `{${Object.keys(properties).map(code).join(", ")}}`;
  if (type === "object") return `map of ${formOf(additionalProperties as JsonSchema)}`;
  const [example] = (examples as string[] | undefined) ?? [];
  return example === undefined ? "text" : `text such as ${code(example)}`;
}

/** JSON schema of a person's configuration. The description also has what otherwise only the reference says. */
function jsonSchema(form: z.ZodType): JsonSchema {
  return z.toJSONSchema(form, {
    io: "input",
    override: ({ jsonSchema }) => {
      const { unit, change } = jsonSchema as Partial<About>;
      for (const key of ["unit", "absent", "change"]) delete jsonSchema[key];
      if (!jsonSchema.description || change === undefined) return;
      const facts = [...(unit ? [`Unit: ${unit}.`] : []), `A change: ${changeOf({ change })}.`];
      jsonSchema.description = [jsonSchema.description, ...facts].join(" ");
    },
  });
}

/** The effects of a setting's changes, in words. */
const changeOf = (about: Pick<About, "change">) =>
  effectsOf(about)
    .map(([effect, when]) => (when === undefined ? effect : `${effect} (${when})`))
    .join("; ");

const code = (value: unknown) => `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;

const aboutOf = (form: z.ZodType): Partial<About> => form.meta() ?? {};

/** The form without defaults and transformations. */
function unwrapped(form: z.ZodType): z.ZodType {
  if (form instanceof z.ZodDefault || form instanceof z.ZodPrefault || form instanceof z.ZodOptional)
    return unwrapped(form.unwrap() as z.ZodType);
  return form instanceof z.ZodPipe ? unwrapped(form.in as z.ZodType) : form;
}
