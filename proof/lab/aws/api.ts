import type { RequestListener } from "node:http";
import { authenticate, type Signer } from "./credentials/authentication";
import type { Clients } from "./clients";
import { denial, type Caller, type Requirement } from "./permissions/authorization";
import { endpointOf, receive, type Call } from "./call";
import type { Deployed } from "./permissions/deployed";
import type { Faults } from "./faults";
import { forward } from "./forward";
import type { Permission } from "./permissions/policy";
import { refusalAnswer, s3Unavailable, type Answer, type Refusal } from "./refusal";
import { requiredPermissions } from "./permissions/requiredPermissions";
import type { RoleCredentialStore } from "./credentials/roleCredentials";
import { listPermission, s3Address } from "./permissions/s3Permissions";
import type { ServiceCall } from "./serviceCall";
import { parseAuthorization } from "./credentials/signature";
import { isWebIdentity, webIdentityRefusal } from "./credentials/webIdentity";
import type { Trail, TrailEvent } from "./trail";

export interface ApiArgs {
  readonly localAws: URL;
  readonly clients: Clients;
  readonly region: string;
  readonly deployed: Deployed;
  readonly credentials: RoleCredentialStore;
  readonly faults: Faults;
  /** Gets every call. */
  readonly trail: Trail;
  readonly log: (line: string) => void;
}

/** AWS's APIs as nodes see them. Unsigned calls, and calls without permission, do not reach the local AWS. */
export function apiListener(args: ApiArgs): RequestListener {
  return (request, response) => {
    const from = request.socket.remoteAddress ?? "?";
    void receive(request)
      .then((call) => answer(call, from, args))
      .catch((error: Error): Answer => {
        args.log(`${from} ${request.method} ${request.headers.host}${request.url}: ${error.stack}`);
        return { status: 500, headers: {}, body: error.message };
      })
      .then(({ status, headers, body }) => {
        // A HEAD's answer states the length of a body, but has none.
        if (request.method === "HEAD") response.writeHead(status, headers).end();
        else response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) }).end(body);
      });
  };
}

async function answer(call: Call, from: string, args: ApiArgs): Promise<Answer> {
  const endpoint = endpointOf(call.host);
  const credentialsOf = (accessKeyId: string) => args.credentials.ofKey(accessKeyId);
  const signer = await authenticate(call, endpoint, args.region, credentialsOf, new Date());
  const { service } = signer;
  const recorded = (answered: Answer, refusal?: TrailEvent["refusal"]): Answer => {
    args.trail.record({
      eventSource: service,
      sourceIPAddress: from,
      userAgent: call.headers["user-agent"] ?? "",
      accessKeyId: parseAuthorization(call.headers.authorization)?.accessKeyId,
      refusal,
      httpStatus: answered.status,
    });
    return answered;
  };
  if (service === "s3" && args.faults.s3)
    return recorded(s3Unavailable(args.faults.s3.status), "unavailable");
  const serviceCall: ServiceCall = { ...call, service, bucket: endpoint?.bucket };
  const refused = async (refusal: Refusal) => {
    // Ignition asks for a bucket's region before it signs: it needs the refusal, which names the region.
    if (refusal.reason !== "denied" || call.method !== "HEAD" || call.headers.authorization !== undefined)
      args.log(
        `${from} ${service} ${call.method} ${call.host}${call.url}: ${refusal.reason}: ${refusal.message}`,
      );
    const answered = await inRegion(refusalAnswer(service, refusal), serviceCall, args.deployed);
    return recorded(answered, refusal.reason);
  };
  if ("reason" in signer) return refused(signer);

  if (service === "sts" && isWebIdentity(call)) {
    const untrusted = await webIdentityRefusal(call, {
      clients: args.clients,
      read: (url) => publicly(url, args),
    });
    if (untrusted) return refused(untrusted);
    return recorded(await forward(args.localAws, call, service));
  }
  const message = await refusal(serviceCall, signer, args);
  if (message) return refused({ reason: "denied", message });
  const answered = await forward(args.localAws, call, service);
  if (service !== "s3" || answered.status !== 404) return recorded(answered);
  const hidden = await absenceHidden(serviceCall, signer, args);
  return hidden ? refused({ reason: "denied", message: hidden }) : recorded(answered);
}

/** The answer to a GET that anybody may make. @throws Error if AWS answers with an error */
async function publicly(url: string, args: ApiArgs): Promise<string> {
  const { host, pathname } = new URL(url);
  const get = { method: "GET", host, url: pathname, path: pathname, headers: { host } };
  const { status, body } = await answer(
    { ...get, query: new URLSearchParams(), body: Buffer.alloc(0) },
    "sts",
    args,
  );
  if (status !== 200) throw new Error(`Couldn't retrieve verification key: ${url} is HTTP ${status}`);
  return body.toString();
}

/** S3 tells a bucket's region even in a refusal. */
async function inRegion(refused: Answer, call: ServiceCall, deployed: Deployed): Promise<Answer> {
  const region = call.service === "s3" ? await deployed.bucketRegion(s3Address(call).bucket) : undefined;
  return region ? { ...refused, headers: { ...refused.headers, "x-amz-bucket-region": region } } : refused;
}

/** Why the caller may not make this call; undefined if it may. */
async function refusal(
  call: ServiceCall,
  signer: Signer,
  { deployed }: ApiArgs,
): Promise<string | undefined> {
  try {
    const caller = await callerOf(signer, deployed);
    for (const permission of await requiredPermissions(call, deployed.resources(caller))) {
      const message = denial(caller, await requirement(permission, call, deployed));
      if (message) return message;
    }
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Why the caller may not know that an object is absent: S3 answers 404 only to callers who may list the
 * bucket.
 */
async function absenceHidden(call: ServiceCall, signer: Signer, { deployed }: ApiArgs) {
  const { bucket, key } = s3Address(call);
  if (key === "") return undefined;
  const caller = await callerOf(signer, deployed);
  const permission = listPermission(deployed.resources(caller), bucket);
  return denial(caller, await requirement(permission, call, deployed));
}

function callerOf({ roleName }: Signer, deployed: Deployed): Promise<Caller> {
  return roleName === undefined ? Promise.resolve({ kind: "anonymous" }) : deployed.role(roleName);
}

async function requirement(
  permission: Permission,
  call: ServiceCall,
  deployed: Deployed,
): Promise<Requirement> {
  switch (permission.action.split(":")[0]) {
    case "s3": {
      const statements = await deployed.bucketPolicy(s3Address(call).bucket);
      return { permission, resourcePolicy: { of: "bucket", statements } };
    }
    case "kms": {
      const statements = await deployed.keyPolicy(permission.resource);
      return { permission, resourcePolicy: { of: "key", statements } };
    }
    default:
      return { permission };
  }
}
