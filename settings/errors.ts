import { RunError } from "@pulumi/pulumi";
import type { z } from "zod";
import { lateKind } from "./plainValues";

/** Why the cluster cannot be made: a wrong setting, or a limit of the account. */
export interface Mistake {
  /** The setting's key, or the name of the account's limit. */
  readonly key: string;
  readonly value: unknown;
  /** Why it is wrong, and what to do. */
  readonly remedy: string;
  /** Id of the account that has the limit. @default the mistake is in a setting */
  readonly account?: string;
}

type Path = readonly PropertyKey[];

/** Turns zod's findings about the form of the settings into mistakes that a person can correct. */
export function shapeMistakes(issues: readonly z.core.$ZodIssue[], raw: unknown, known: string[]): Mistake[] {
  return issues.flatMap((issue): Mistake[] => {
    if (issue.code === "invalid_key") {
      return [{ key: dotted(issue.path), value: issue.path.at(-1), remedy: issue.issues[0].message }];
    }
    if (issue.code !== "unrecognized_keys") {
      return [{ key: dotted(issue.path), value: valueAt(raw, issue.path), remedy: issue.message }];
    }
    const remedy =
      issue.path.length === 0
        ? `no such setting; there are ${known.join(", ")}`
        : `no such setting; ${issue.message}`;
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return { key: dotted(path), value: valueAt(raw, path), remedy };
    });
  });
}

/** Settings with the right form that do not fit what exists in AWS. */
export class WrongSettings extends Error {
  readonly mistakes: readonly Mistake[];

  constructor(...mistakes: Mistake[]) {
    super(mistakes.map(line).join("\n"));
    this.mistakes = mistakes;
  }
}

/** Waits for all look-ups, so that the error names the wrong settings of all of them. */
export async function together<T extends readonly unknown[]>(lookups: {
  [K in keyof T]: Promise<T[K]>;
}): Promise<T> {
  const settled = await Promise.allSettled(lookups);
  const reasons = settled.flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : []));
  const other = reasons.find((reason) => !(reason instanceof WrongSettings));
  if (other !== undefined) throw other;
  if (reasons.length > 0)
    throw new WrongSettings(...(reasons as WrongSettings[]).flatMap(({ mistakes }) => mistakes));
  return settled.map((result) => (result as PromiseFulfilledResult<unknown>).value) as unknown as T;
}

/** A mistake in one line. A limit of the account begins with the account's id. */
export const line = ({ key, value, remedy, account }: Mistake) =>
  `${account === undefined ? "" : `account ${account}: `}${key}: ${shown(value)}: ${remedy}`;

/** The single error that names all mistakes; Pulumi shows only its message. */
export function refusal(mistakes: readonly Mistake[], namespace: string): Error {
  const ofAccount = mistakes.filter(({ account }) => account !== undefined).map((each) => `  ${line(each)}`);
  const wrong = mistakes
    .filter(({ account }) => account === undefined)
    .map((each) => `  ${namespace}:${line(each)}`);
  const count = wrong.length === 1 ? "1 setting is wrong" : `${wrong.length} settings are wrong`;
  const lines = [
    ...(wrong.length > 0 ? [`${count} (docs/settings.md describes each):`, ...wrong] : []),
    ...(ofAccount.length > 0 ? ["The account does not allow this cluster:", ...ofAccount] : []),
  ];
  const error = new RunError(lines.join("\n"));
  // Pulumi formats the stack of every error with util.inspect, even if it then hides it. On paths such as
  // node_modules/@pulumi/resource.ts, Node 20 spends 15 s and more there.
  error.stack = undefined;
  return error;
}

function dotted(path: Path): string {
  return path
    .map((step, i) => (typeof step === "number" ? `[${step}]` : `${i ? "." : ""}${String(step)}`))
    .join("");
}

function valueAt(raw: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) => (value as Record<PropertyKey, unknown> | null | undefined)?.[step],
    raw,
  );
}

function shown(value: unknown): string {
  if (value === undefined) return "missing";
  const late = lateKind(value);
  if (late !== undefined) return late;
  const json = JSON.stringify(value);
  return json.length > 80 ? `${json.slice(0, 77)}...` : json;
}
