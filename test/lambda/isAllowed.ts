import type { Change } from "@aws-sdk/client-route-53";

type Condition = Record<string, Record<string, string | string[]>>;

/** Whether IAM lets a batch of changes pass `condition`, as far as the operators in our statements go. */
export function isAllowed(condition: Condition, changes: readonly Change[]): boolean {
  const prefix = "route53:ChangeResourceRecordSets";
  const context: Record<string, string[]> = {
    [`${prefix}NormalizedRecordNames`]: changes.map((change) =>
      change.ResourceRecordSet!.Name!.replace(/\.$/, ""),
    ),
    [`${prefix}RecordTypes`]: changes.map((change) => change.ResourceRecordSet!.Type!),
    [`${prefix}Actions`]: changes.map((change) => change.Action!),
  };
  const operators: Record<string, (values: string[], patterns: string[]) => boolean> = {
    "ForAllValues:StringEquals": (values, patterns) => values.every((value) => patterns.includes(value)),
    "ForAllValues:StringLike": (values, patterns) =>
      values.every((value) => patterns.some((pattern) => like(pattern).test(value))),
    Null: (values, [isNull]) => (values.length === 0) === (isNull === "true"),
  };
  return Object.entries(condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, patterns]) => operators[operator](context[key], [patterns].flat())),
  );
}

function like(pattern: string): RegExp {
  return new RegExp(`^${pattern.split("*").map(escape).join(".*")}$`);
}

function escape(text: string): string {
  return text.replace(/[.]/g, "\\.");
}
