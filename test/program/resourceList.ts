import { stringify } from "yaml";
import type { Registered, Run } from "../engine/stack";
import { Secret, withSecrets } from "../engine/wire";

/** What a reviewer need not read here: texts for people, and tags, which `ownership.test.ts` looks at. */
const leftOut = ["tags", "tagSpecifications", "volumeTags", "description", "alarmDescription", "comment"];

const columns = 120;

/** The resources of a run as a text to review: each below its owner, with the inputs that matter. */
export function resourceList({ resources, outputs }: Run): string {
  const below = (parent: string, depth: number): string[] =>
    resources
      .filter((each) => each.parent === parent)
      .sort((a, b) => Number(b.custom) - Number(a.custom) || (a.key < b.key ? -1 : 1))
      .flatMap((each) => [...entry(each, "  ".repeat(depth)), ...below(each.key, depth + 1)]);
  const root = resources.find(({ parent }) => parent === undefined);
  const exported = Object.keys(outputs).sort();
  return [
    ...below(root?.key ?? "", 0),
    "Outputs",
    ...exported.map((name) => `  ${name}${outputs[name] instanceof Secret ? " (secret)" : ""}`),
    "",
  ].join("\n");
}

/** One line if it fits, else one line for each input. */
function entry({ key, type, inputs, protect }: Registered, indent: string): string[] {
  const head = `${indent}${key}${protect ? " (protected)" : ""}`;
  if (type.startsWith("vpc.SecurityGroup")) return [head]; // `securityGroups.test.ts` has the ports
  const shown = Object.entries(inputs)
    .filter(([name]) => !leftOut.includes(name))
    .map(([name, value]) => `${name}: ${shownInput(name, value)}`);
  const line = shown.length === 0 ? head : `${head} { ${shown.join(", ")} }`;
  return line.length <= columns ? [line] : [head, ...shown.map((input) => `${indent}    ${input}`)];
}

function shownInput(name: string, value: unknown): string {
  if (value instanceof Secret) return "(secret)";
  if (name === "code" || name === "content") return "(text)";
  if (name === "userData") return "(pointer)";
  if (name === "policy" || name === "assumeRolePolicy") return actions(value);
  return stringify(value, { collectionStyle: "flow", lineWidth: 0, flowCollectionPadding: false })
    .replace(/version: "?\d+"?/, "version: (newest)")
    .replace(/^(ignition\/[a-z-]+\/)[0-9a-f]{32}\.ign$/m, "$1(hash of the content).ign")
    .trim();
}

/** A policy's actions; its statements are spelt out in `policies.test.ts`. */
function actions(policy: unknown): string {
  const document = typeof policy === "string" ? JSON.parse(policy) : withSecrets(policy);
  const statements = document.Statement as { Effect: string; Action: string | string[] }[];
  return statements.map(({ Effect, Action }) => `${Effect} ${[Action].flat().join(" ")}`).join("; ");
}

/** The lines of two resource lists that differ, each with the resource it is of: `-` reviewed, `+` now. */
export function differences(reviewed: string, now: string): string[] {
  const [before, after] = [linesWithResource(reviewed), linesWithResource(now)];
  const onlyIn = (some: string[], others: string[]) => some.filter((line) => !others.includes(line));
  return [
    ...onlyIn(before, after).map((line) => `- ${line}`),
    ...onlyIn(after, before).map((line) => `+ ${line}`),
  ];
}

function linesWithResource(list: string): string[] {
  let resource = "";
  return list.split("\n").map((line) => {
    const text = line.trim();
    if (/^\w+: /.test(text)) return `${resource}, ${text}`;
    resource = text.split(" {")[0];
    return text;
  });
}
