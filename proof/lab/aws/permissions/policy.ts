import { z } from "zod";

const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((given) => [given].flat());

const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(["Allow", "Deny"]),
  /** Only in policies of resources; "*" means everybody. */
  Principal: z.union([z.literal("*"), z.record(z.string(), oneOrMore)]).optional(),
  Action: oneOrMore,
  Resource: oneOrMore,
  Condition: z
    .record(z.string(), z.record(z.string(), z.union([z.boolean().transform(String), oneOrMore])))
    .optional(),
});

const document = z.strictObject({
  Version: z.literal("2012-10-17"),
  Id: z.string().optional(),
  Statement: z.preprocess((given) => [given].flat(), z.array(statement)),
});

/** A statement of an IAM policy: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html */
export type Statement = z.output<typeof statement>;

export type Effect = Statement["Effect"];

/** One right that a request needs. */
export interface Permission {
  /** IAM's name, such as `s3:GetObject`. */
  readonly action: string;
  /** ARN, or `*` for an action that has no resources. */
  readonly resource: string;
  /**
   * Every condition key that the request can have, in lower case; the list of values is empty if it has none.
   */
  readonly context: Readonly<Record<string, readonly string[]>>;
}

/**
 * The statements of a policy document.
 * @throws Error that names the policy and the parts that the lab does not know (NotAction, NotResource, …)
 */
export function parsePolicy(name: string, json: unknown): Statement[] {
  const parsed = document.safeParse(json);
  if (parsed.success) return parsed.data.Statement;
  throw new Error(`the lab cannot read ${name}: ${z.prettifyError(parsed.error)}`);
}

/**
 * The statements' decision on a permission: an explicit deny wins, and undefined means that no statement
 * applies. `principals` are the caller's possible names in a resource's policy; a role's own policies have
 * none.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 * @throws Error on a condition operator, condition key or policy variable that the lab does not know
 */
export function effectOf(
  statements: readonly Statement[],
  permission: Permission,
  principals?: readonly string[],
): Effect | undefined {
  const effects = statements
    .filter(({ Principal }) => principals === undefined || isNamed(Principal, principals))
    .filter(({ Action }) =>
      Action.some((pattern) => like(pattern.toLowerCase(), permission.action.toLowerCase())),
    )
    .filter(({ Resource }) => Resource.some((pattern) => like(pattern, permission.resource)))
    .filter(({ Condition }) => holds(Condition ?? {}, permission))
    .map(({ Effect }) => Effect);
  return effects.includes("Deny") ? "Deny" : effects.at(0);
}

function isNamed(principal: Statement["Principal"], names: readonly string[]): boolean {
  if (principal === undefined) return false;
  const given = principal === "*" ? ["*"] : (principal.AWS ?? []);
  return given.some((name) => names.includes(name));
}

function holds(condition: NonNullable<Statement["Condition"]>, permission: Permission): boolean {
  return Object.entries(condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, expected]) => {
      const values = permission.context[key.toLowerCase()];
      if (!values) throw new Error(`the lab does not know the condition key ${key} of ${permission.action}`);
      return test(operator, values, [expected].flat());
    }),
  );
}

const comparisons: Readonly<Record<string, (value: string, expected: string) => boolean>> = {
  StringEquals: (value, expected) => value === literal(expected),
  StringLike: (value, expected) => like(expected, value),
  Bool: (value, expected) => value.toLowerCase() === expected.toLowerCase(),
};

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
function test(operator: string, values: readonly string[], expected: readonly string[]): boolean {
  if (operator === "Null") return (values.length === 0) === (expected[0] === "true");
  const [, set, name = ""] = /^(?:(ForAllValues|ForAnyValue):)?(\w+)$/.exec(operator) ?? [];
  const compare = comparisons[name];
  if (!compare) throw new Error(`the lab does not know the condition operator ${operator}`);
  const matches = (value: string) => expected.some((each) => compare(value, each));
  // Without a set operator the key has one value. ForAllValues is also true if the request lacks the key.
  return set === "ForAllValues" ? values.every(matches) : values.some(matches);
}

/** Whether a text matches a pattern of IAM's: `*` is any text, `?` is any character. */
function like(pattern: string, text: string): boolean {
  const expression = literal(pattern)
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "s").test(text);
}

function literal(expected: string): string {
  if (expected.includes("${")) throw new Error(`the lab does not know policy variables: ${expected}`);
  return expected;
}
