import * as assert from "node:assert/strict";
import type { Run } from "../engine/stack";
import { withSecrets } from "../engine/wire";

export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action: string | string[];
  readonly Resource?: string | string[];
  readonly Condition?: Record<string, Record<string, string | string[]>>;
}

/** All policy documents of a run, by the resource and the input they stand in. */
export function policies({ resources }: Run): Map<string, Statement[]> {
  const found = new Map<string, Statement[]>();
  for (const { key, inputs } of resources) {
    for (const input of ["policy", "assumeRolePolicy"]) {
      if (input in inputs) found.set(`${key} ${input}`, statementsOf(inputs[input]));
    }
  }
  return found;
}

function statementsOf(policy: unknown): Statement[] {
  const document = typeof policy === "string" ? JSON.parse(policy) : withSecrets(policy);
  return document.Statement;
}

/** What the instances and the function may do: every role's statements, with trust policies left out. */
export function roleStatements(run: Run): [policy: string, statement: Statement][] {
  return [...policies(run)]
    .filter(([name]) => name.startsWith("iam.RolePolicy"))
    .flatMap(([name, statements]) => statements.map((each) => [name, each] as [string, Statement]));
}

/** All policies of a run as a text to review, with nothing left out: a line for each part of a statement. */
export function policyText(run: Run): string {
  const texts = [...policies(run)]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([policy, statements]) => [policy, ...statements.flatMap(statementLines)].join("\n"));
  return texts.join("\n\n") + "\n";
}

function statementLines({ Sid, Effect, Principal, Action, Resource, Condition = {}, ...others }: Statement) {
  assert.deepEqual(others, {}, "a part of a statement that this text does not show");
  const conditions = Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => `if ${operator} ${key}: ${listed(values).join(" ")}`),
  );
  const head = `  ${[Sid, Effect].filter(Boolean).join(": ")}`;
  const line = `${head} ${listed(Action).join(" ")}`;
  return [
    ...(line.length <= 120 ? [line] : [head, ...listed(Action).map((action) => `    do ${action}`)]),
    ...(Principal === undefined ? [] : [`    to ${JSON.stringify(Principal)}`]),
    ...listed(Resource).map((arn) => `    on ${arn}`),
    ...conditions.map((condition) => `    ${condition}`),
  ];
}

export const listed = (one: string | string[] | undefined): string[] =>
  one === undefined ? [] : [one].flat();
