/** One character, or any number of characters but `not`. */
type Part = string | { readonly not: string };

/** Variables of the reference whose values may have slashes: names of objects, log groups and the like. */
const withSlashes = /^(ObjectName|LogGroupName|LogStreamName|RepositoryName|.*WithPath|.*Path)$/;

const sections = (arn: string) => {
  const parts = arn.split(":");
  return [...parts.slice(0, 5), parts.slice(5).join(":")];
};

/** A policy's ARN: `*` stands for anything, and `?` here for one or more. */
const ofPolicy = (text: string): Part[] =>
  [...text].map((each) => (each === "*" || each === "?" ? { not: "" } : each));

/** An ARN of the reference: a variable stands for anything within its part of the path. */
const ofReference = (text: string): Part[] =>
  text
    .split(/(\$\{[^}]*\})/)
    .flatMap((each): Part[] =>
      each.startsWith("${")
        ? [{ not: withSlashes.test(each.slice(2, -1)) ? "" : "/" }]
        : [...each].map((one): Part => (one === "*" ? { not: "" } : one)),
    );

/** Whether some ARN fits both: a policy's with wildcards, and a resource type's with variables. */
export function fits(policyArn: string, typeArn: string): boolean {
  const types = sections(typeArn);
  return sections(policyArn).every((section, i) => meet(ofPolicy(section), ofReference(types[i] ?? "")));
}

/** Whether some text fits both. */
function meet(one: readonly Part[], other: readonly Part[]): boolean {
  if (one.length === 0) return other.every((part) => typeof part !== "string");
  if (other.length === 0) return meet(other, one);
  const [[a, ...restOfOne], [b, ...restOfOther]] = [one, other];
  if (typeof a === "string" && typeof b === "string") return a === b && meet(restOfOne, restOfOther);
  if (typeof a === "string") return meet(other, one);
  // `a` is empty here, or takes one character more.
  if (meet(restOfOne, other)) return true;
  if (typeof b === "string") return !a.not.includes(b) && meet(one, restOfOther);
  return meet(one, restOfOther);
}
