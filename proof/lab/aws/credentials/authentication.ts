import type { Endpoint, Call } from "../call";
import type { Refusal } from "../refusal";
import type { RoleCredentials } from "./roleCredentials";
import { isWebIdentity } from "./webIdentity";
import { parseAuthorization, signatureFault, signingTime, type Authorization } from "./signature";

/** AWS accepts a request at most this long before or after the time of its signature. */
const skewSeconds = 15 * 60;

/**
 * The signer of a call. Anonymous calls have no name; S3 accepts them for public buckets, and STS with a
 * token.
 */
export type Signer = { readonly service: string; readonly roleName?: string };

/**
 * Finds who signed a call, or why AWS would refuse it. If the host name does not tell the service, `endpoint`
 * is undefined, and the signature's own service counts.
 */
export async function authenticate(
  call: Call,
  endpoint: Endpoint | undefined,
  region: string,
  credentialsOf: (accessKeyId: string) => Promise<RoleCredentials | undefined>,
  now: Date,
): Promise<Signer | (Refusal & { readonly service: string })> {
  const authorization = parseAuthorization(call.headers.authorization);
  const service = endpoint?.service ?? authorization?.service ?? "s3";
  const refuse = (reason: Refusal["reason"], message: string) => ({ service, reason, message });
  if (call.query.has("X-Amz-Signature"))
    return refuse("unsigned", "the lab takes no presigned requests: sign by the Authorization header");
  if (!authorization) {
    if (call.headers.authorization !== undefined)
      return refuse("unsigned", "the Authorization header is not of AWS4-HMAC-SHA256");
    const needsNone = service === "s3" || (service === "sts" && isWebIdentity(call));
    return needsNone ? { service } : refuse("unsigned", "Request is missing Authentication Token");
  }
  const scopeFault = wrongScope(authorization, endpoint, region);
  if (scopeFault) return refuse("wrongSignature", scopeFault);

  const credentials = await credentialsOf(authorization.accessKeyId);
  if (!credentials)
    return refuse("unknownKey", `The access key ${authorization.accessKeyId} does not exist in our records`);
  if (call.headers["x-amz-security-token"] !== credentials.sessionToken)
    return refuse("wrongToken", "The provided token is malformed or otherwise invalid");
  if (credentials.expiration <= now) {
    const end = credentials.expiration.toISOString();
    return refuse("expired", `The provided token has expired: it ended at ${end}`);
  }
  const fault = await signatureFault(call, authorization, credentials);
  if (fault) return refuse("wrongSignature", fault);
  const skew = Math.abs(now.getTime() - (signingTime(call)?.getTime() ?? NaN)) / 1000;
  if (!(skew <= skewSeconds))
    return refuse("wrongTime", `signed at ${call.headers["x-amz-date"]}, now is ${now.toISOString()}`);
  return { service, roleName: credentials.roleName };
}

function wrongScope(
  { service, region }: Authorization,
  endpoint: Endpoint | undefined,
  here: string,
): string | undefined {
  if (endpoint && endpoint.service !== service)
    return `Credential should be scoped to correct service: '${endpoint.service}', not '${service}'`;
  // Route 53 has one endpoint and signs for us-east-1, whatever the lab's region is.
  const right = endpoint?.region ?? (service === "route53" ? "us-east-1" : here);
  return region === right
    ? undefined
    : `Credential should be scoped to a valid region: '${right}', not '${region}'`;
}
