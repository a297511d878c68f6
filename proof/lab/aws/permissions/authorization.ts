import { effectOf, type Permission, type Statement } from "./policy";

/** The caller. */
export type Caller =
  | { readonly kind: "anonymous" }
  | {
      readonly kind: "role";
      readonly name: string;
      readonly arn: string;
      /** Statements of all its policies. */
      readonly statements: readonly Statement[];
    };

/** A permission, and the resource's policy for resources that have one. */
export interface Requirement {
  readonly permission: Permission;
  /**
   * A KMS key's policy decides: it allows by itself, or leaves the decision to the account's policies. A
   * bucket's policy only adds to those.
   * https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
   */
  readonly resourcePolicy?: { readonly of: "bucket" | "key"; readonly statements: readonly Statement[] };
}

/**
 * Why the caller has no permission, in AWS's words; undefined if it has. Caller and resources are in one
 * account.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function denial(caller: Caller, { permission, resourcePolicy }: Requirement): string | undefined {
  const statements = caller.kind === "role" ? caller.statements : [];
  const ownNames = caller.kind === "role" ? [caller.arn, "*"] : ["*"];
  const identity = effectOf(statements, permission);
  const effect = (names: readonly string[]) => effectOf(resourcePolicy?.statements ?? [], permission, names);
  const named = effect(ownNames);
  const anyhow = effect([...ownNames, ...accountNames(caller)]);

  const refused = (why: string) => {
    const who = caller.kind === "role" ? `User: ${caller.arn}` : "An anonymous user";
    return `${who} is not authorized to perform: ${permission.action} on resource: ${permission.resource} ${why}`;
  };
  if (identity === "Deny") return refused("with an explicit deny in an identity-based policy");
  if (anyhow === "Deny") return refused("with an explicit deny in a resource-based policy");
  if (named === "Allow") return undefined;
  if (resourcePolicy?.of === "key" && anyhow !== "Allow")
    return refused(`because no resource-based policy allows the ${permission.action} action`);
  if (identity === "Allow") return undefined;
  return refused(`because no identity-based policy allows the ${permission.action} action`);
}

/** The account as a principal stands for all its roles, and leaves the decision to their policies. */
function accountNames(caller: Caller): string[] {
  if (caller.kind === "anonymous") return [];
  const [arn, partition, , , account = ""] = caller.arn.split(":");
  return [account, `${arn}:${partition}:iam::${account}:root`];
}
