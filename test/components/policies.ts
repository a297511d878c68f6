import type { Run } from "../engine/stack";
import { withSecrets } from "../engine/wire";

export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action: string | string[];
  readonly Resource?: string | string[];
  readonly Condition?: unknown;
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

export const listed = (one: string | string[] | undefined): string[] =>
  one === undefined ? [] : [one].flat();
