import { listed, type Statement } from "../../../test/components/policies";
import type { ServiceAuthorization } from "../../toolchain/serviceAuthorization";

/**
 * Types of the keys that go with requests of all services; the reference has none of them.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
const globalKeys: Readonly<Record<string, string>> = {
  "aws:SecureTransport": "Bool",
  "aws:SourceArn": "ARN",
};

/**
 * The operators for each type of key.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
const operators: Readonly<Record<string, RegExp>> = {
  String: /^(String|Null)/,
  ARN: /^(Arn|String|Null)/,
  Bool: /^(Bool|Null)/,
  Numeric: /^(Numeric|Null)/,
  Date: /^(Date|Null)/,
};

/** The conditions of a statement that no request of the action can have, given the resource types that it names. */
export function conditionFaults(
  reference: ServiceAuthorization,
  action: string,
  types: readonly string[],
  { Condition = {}, Principal }: Statement,
): string[] {
  const keys = keysOf(reference, action, types);
  return Object.entries(Condition).flatMap(([operator, conditions]) =>
    Object.keys(conditions).flatMap((key) => {
      const type =
        globalKeys[key] ?? typeOfProviderKey(key, Principal) ?? keys.find(({ is }) => is(key))?.type;
      if (type === undefined) return [`${action} has no condition key ${key}`];
      const [, set = "", compares = ""] = /^(ForAllValues:|ForAnyValue:)?(.*)$/.exec(operator) ?? [];
      const one = type.replace(/^ArrayOf/, "");
      const ofSet = one !== type && compares !== "Null";
      if (ofSet !== (set !== ""))
        return [`${key} has ${ofSet ? "many values" : "one value"}, for ${operator}`];
      return operators[one]?.test(compares) ? [] : [`${key} is of type ${one}, for ${operator}`];
    }),
  );
}

/** The condition keys that requests of an action have, for resources of these types. */
function keysOf(reference: ServiceAuthorization, action: string, types: readonly string[]) {
  const [prefix, name] = action.split(":");
  const { privileges, resources, conditions } = reference[prefix];
  const names = ["", ...types].flatMap((type) => {
    // Where the reference lists none for the action and the type, it has all of the type.
    const own = privileges[name].resource_types[type]?.condition_keys ?? [];
    return own.length > 0 ? own : (resources[type]?.condition_keys ?? []);
  });
  return names.map((each) => {
    const [constant] = each.split(/\$\{|</);
    const is = (key: string) => key === each || (constant !== each && key.startsWith(constant));
    return { is, type: conditions[each]?.type ?? "String" };
  });
}

/**
 * A token's claims are keys with the provider's URL before them.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
 */
function typeOfProviderKey(key: string, principal: unknown): string | undefined {
  const { Federated = [] } = (principal ?? {}) as { Federated?: string | string[] };
  const urls = listed(Federated).map((arn) => arn.split(":oidc-provider/")[1]);
  return urls.some((url) => key === `${url}:aud` || key === `${url}:sub`) ? "String" : undefined;
}
