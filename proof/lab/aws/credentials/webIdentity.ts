import { createLocalJWKSet, decodeJwt, errors, jwtVerify, type JSONWebKeySet } from "jose";
import { z } from "zod";
import type { Call } from "../call";
import type { Clients } from "../clients";
import { effectOf, parsePolicy } from "../permissions/policy";
import type { Refusal } from "../refusal";

const action = "sts:AssumeRoleWithWebIdentity";

/** Whether the call is the only one of STS that takes a token in place of a signature. */
export const isWebIdentity = ({ body, query }: Call): boolean =>
  (new URLSearchParams(body.toString()).get("Action") ?? query.get("Action")) === action.split(":")[1];

const trustPolicy = z.looseObject({
  Statement: z.preprocess((given) => [given].flat(), z.array(z.looseObject({ Principal: z.unknown() }))),
});

export interface WebIdentityArgs {
  readonly clients: Clients;
  /** The body at a URL that nodes can reach. @throws Error if there is none */
  readonly read: (url: string) => Promise<string>;
}

/**
 * Why STS refuses a token for a role; undefined if it accepts it. It accepts a token on four conditions:
 * - An OIDC provider of the account has its issuer.
 * - A key that the issuer publishes has signed it.
 * - It is valid now.
 * - The role trusts it.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
export async function webIdentityRefusal(call: Call, args: WebIdentityArgs): Promise<Refusal | undefined> {
  const parameters = new URLSearchParams(call.body.toString());
  const parameter = (name: string) => parameters.get(name) ?? call.query.get(name) ?? "";
  try {
    const token = parameter("WebIdentityToken");
    const provider = await providerOf(token, args.clients);
    const claims = await verified(token, provider, args);
    const roleName = parameter("RoleArn").replace(/^.*\//, "");
    if (await trusts(roleName, provider, claims, args.clients)) return undefined;
    return denied(`Not authorized to perform ${action}`);
  } catch (error) {
    if (error instanceof errors.JWTExpired) return { reason: "expired", message: error.message };
    return denied((error as Error).message);
  }
}

const denied = (message: string): Refusal => ({ reason: "denied", message });

interface Provider {
  readonly arn: string;
  readonly issuer: string;
  readonly audiences: readonly string[];
}

async function providerOf(token: string, { iam }: Clients): Promise<Provider> {
  const { iss = "" } = decodeJwt(token);
  const { OpenIDConnectProviderList = [] } = await iam.listOpenIDConnectProviders({});
  for (const { Arn = "" } of OpenIDConnectProviderList) {
    const { Url = "", ClientIDList = [] } = await iam.getOpenIDConnectProvider({
      OpenIDConnectProviderArn: Arn,
    });
    const issuer = `https://${Url.replace(/^https:\/\//, "")}`;
    if (issuer === iss) return { arn: Arn, issuer, audiences: ClientIDList };
  }
  throw new Error(`No OpenIDConnect provider found in your account for ${iss}`);
}

async function verified(token: string, { issuer, audiences }: Provider, { read }: WebIdentityArgs) {
  const document = JSON.parse(await read(`${issuer}/.well-known/openid-configuration`)) as {
    jwks_uri: string;
  };
  const keys = createLocalJWKSet(JSON.parse(await read(document.jwks_uri)) as JSONWebKeySet);
  return (await jwtVerify(token, keys, { issuer, audience: [...audiences] })).payload;
}

async function trusts(
  RoleName: string,
  { arn, issuer }: Provider,
  { aud, sub }: { aud?: string | string[]; sub?: string },
  { iam }: Clients,
): Promise<boolean> {
  const { Role } = await iam.getRole({ RoleName });
  const document = JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "{}")) as unknown;
  const { Statement, ...rest } = trustPolicy.parse(document);
  // In a trust policy, the resource is the role itself.
  const ofProvider = Statement.filter(({ Principal }) => isFederated(Principal, arn)).map((statement) => ({
    ...statement,
    Resource: "*",
  }));
  const statements = parsePolicy(`the trust policy of role ${RoleName}`, { ...rest, Statement: ofProvider });
  const key = issuer.replace("https://", "").toLowerCase();
  const context = { [`${key}:aud`]: [aud ?? []].flat(), [`${key}:sub`]: sub === undefined ? [] : [sub] };
  return effectOf(statements, { action, resource: "*", context }) === "Allow";
}

function isFederated(principal: unknown, provider: string): boolean {
  const federated = (principal as { Federated?: string | string[] } | undefined)?.Federated;
  return [federated ?? []].flat().includes(provider);
}
