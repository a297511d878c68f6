import { listed, type Statement } from "../../../test/components/policies";
import type { Service, ServiceAuthorization } from "../../toolchain/serviceAuthorization";
import { fits } from "./arns";
import { conditionFaults } from "./conditionFaults";

/** What was compared, and what does not fit. */
export class Findings {
  readonly faults: string[] = [];
  /** As the policies write them: `s3:*` is one. */
  readonly actions = new Set<string>();
  /** Types of resources that the policies name, such as `s3 object`. */
  readonly resourceTypes = new Set<string>();
  readonly conditionKeys = new Set<string>();
}

/** An action of a statement, with the resource types of it that the statement names. */
interface Use {
  readonly action: string;
  readonly types: readonly string[];
}

/** Holds the statements of one policy to the reference. */
export function compare(
  reference: ServiceAuthorization,
  policy: string,
  statements: readonly Statement[],
  found: Findings,
): void {
  const faults: string[] = [];
  const allowed: Use[] = [];
  for (const statement of statements) {
    const uses = listed(statement.Action).flatMap((action) => usesOf(reference, action, statement, faults));
    for (const { action, types } of uses) {
      if (!listed(statement.Resource).includes("*")) {
        for (const type of types) found.resourceTypes.add(`${prefixOf(action)} ${type}`);
      }
      faults.push(...conditionFaults(reference, action, types, statement));
    }
    for (const action of listed(statement.Action)) found.actions.add(action);
    for (const conditions of Object.values(statement.Condition ?? {})) {
      for (const key of Object.keys(conditions)) found.conditionKeys.add(key);
    }
    for (const arn of listed(statement.Resource)) {
      if (!uses.some(({ action }) => takes(reference, action, arn))) {
        faults.push(`no action of its statement takes ${arn}`);
      }
    }
    if (statement.Effect === "Allow") allowed.push(...uses);
  }
  faults.push(...missingTypes(reference, allowed));
  found.faults.push(...faults.map((fault) => `${policy}: ${fault}`));
}

/** The action, or all for which its wildcard stands that take the statement's resources. */
function usesOf(
  reference: ServiceAuthorization,
  action: string,
  { Resource }: Statement,
  faults: string[],
): Use[] {
  const arns = listed(Resource);
  const names = Object.keys(serviceOf(reference, action)?.privileges ?? {}).map(
    (name) => `${prefixOf(action)}:${name}`,
  );
  const fitting = new RegExp(`^${action.replaceAll("*", ".*")}$`);
  const uses = names
    .filter((name) => fitting.test(name))
    .map((name) => ({ action: name, types: namedTypes(reference, name, arns) }))
    .filter(({ action: name }) => !action.includes("*") || arns.some((arn) => takes(reference, name, arn)));
  if (uses.length === 0) faults.push(`there is no action ${action}`);
  for (const { action: name } of uses) {
    if (arns.length > 0 && !arns.some((arn) => takes(reference, name, arn))) {
      faults.push(`${name} takes none of the resources of its statement`);
    }
  }
  return uses;
}

/** Of an action's resource types those that the ARNs name: all for the trust policy of a role, which has none. */
function namedTypes(reference: ServiceAuthorization, action: string, arns: readonly string[]): string[] {
  return typesOf(reference, action).filter(
    (type) => arns.length === 0 || arns.some((arn) => fitsType(reference, action, type, arn)),
  );
}

const takes = (reference: ServiceAuthorization, action: string, arn: string) =>
  arn === "*" || typesOf(reference, action).some((type) => fitsType(reference, action, type, arn));

const fitsType = (reference: ServiceAuthorization, action: string, type: string, arn: string) =>
  arn === "*" || fits(arn, serviceOf(reference, action)?.resources[type].arn ?? "");

/**
 * An action needs a right to each type that it requires, from whatever statement. Of variants of a type, such as
 * `listener/net` and `listener/app`, it needs one.
 */
function missingTypes(reference: ServiceAuthorization, uses: readonly Use[]): string[] {
  const family = (type: string) => type.split("/")[0];
  return [...new Set(uses.map(({ action }) => action))].flatMap((action) => {
    const named = uses.filter((use) => use.action === action).flatMap(({ types }) => types.map(family));
    const { resource_types: taken } = privilegeOf(reference, action);
    const required = typesOf(reference, action).filter((type) => taken[type].required);
    const missing = new Set(required.map(family).filter((type) => !named.includes(type)));
    return [...missing].map((type) => `${action} needs a resource of type ${type} too`);
  });
}

const typesOf = (reference: ServiceAuthorization, action: string) =>
  Object.keys(privilegeOf(reference, action).resource_types).filter((type) => type !== "");

const privilegeOf = (reference: ServiceAuthorization, action: string) =>
  reference[prefixOf(action)].privileges[action.split(":")[1]];

const serviceOf = (reference: ServiceAuthorization, action: string): Service | undefined =>
  reference[prefixOf(action)];

const prefixOf = (action: string) => action.split(":")[0];
