import { randomBytes } from "node:crypto";
import type { IncomingMessage, RequestListener } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Faults } from "../faults";
import type { InstanceFacts, Instances } from "./instances";
import { metadataAt, metadataTree } from "./metadata";
import type { RoleCredentialStore } from "../credentials/roleCredentials";

export interface MetadataServiceArgs {
  readonly instances: Instances;
  readonly credentials: RoleCredentialStore;
  readonly faults: Faults;
  /** Limits answers to this address to that many hops. */
  readonly limitHops: (address: string, hops: number) => Promise<void>;
  readonly log: (line: string) => void;
}

type Reply = readonly [status: number, body?: string | Buffer, headers?: Record<string, string>];

const longestTokenSeconds = 21600;
const ttlHeader = "x-aws-ec2-metadata-token-ttl-seconds";

/**
 * IMDSv2 for all instances. It knows an instance by the client's address.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-v2-how-it-works.html
 */
export function metadataListener(args: MetadataServiceArgs): RequestListener {
  const tokens = new Map<string, { readonly instanceId: string; readonly until: number }>();

  const newToken = (instance: InstanceFacts, request: IncomingMessage): Reply => {
    if (request.headers["x-forwarded-for"] !== undefined)
      return [403, "a token is given to the instance alone"];
    const ttl = Number(request.headers[ttlHeader]);
    if (!(Number.isInteger(ttl) && ttl >= 1 && ttl <= longestTokenSeconds))
      return [400, `${ttlHeader} must be 1 to ${longestTokenSeconds}`];
    const token = randomBytes(41).toString("base64url");
    tokens.set(token, { instanceId: instance.id, until: Date.now() + ttl * 1000 });
    return [200, token, { [ttlHeader]: String(ttl) }];
  };

  const mayRead = (instance: InstanceFacts, request: IncomingMessage): boolean => {
    const given = request.headers["x-aws-ec2-metadata-token"];
    if (given === undefined) return !instance.metadata.needsToken;
    const token = tokens.get(String(given));
    return token?.instanceId === instance.id && Date.now() < token.until;
  };

  const value = async (instance: InstanceFacts, url: string): Promise<Reply> => {
    const role = instance.profile?.role;
    const credentials =
      role && url.includes("/iam") ? await args.credentials.ofInstance(instance.id, role) : undefined;
    const interruption = args.faults.interruptions?.get(instance.id);
    const userData = await args.instances.userData(instance.id);
    const tree = metadataTree(instance, credentials, userData, interruption);
    const found = metadataAt(tree, url);
    return found === undefined ? [404] : [200, found];
  };

  const reply = async (request: IncomingMessage, address: string): Promise<Reply> => {
    if (args.faults.metadata) await sleep(args.faults.metadata.delaySeconds * 1000);
    const instance = await args.instances.at(address);
    if (!instance) {
      args.log(`metadata: ${address} ${request.method} ${request.url}: no running instance has this address`);
      // AWS has no such answer. After a 404, Ignition would assume an instance without user data and boot it
      // empty.
      return [503, `no running instance has the address ${address}`];
    }
    await args.limitHops(address, instance.metadata.hopLimit);
    if (!instance.metadata.isEnabled) return [403];
    const url = request.url ?? "";
    if (request.method === "PUT" && /^\/+latest\/api\/token$/.test(url)) return newToken(instance, request);
    if (request.method !== "GET") return [405];
    return mayRead(instance, request) ? value(instance, url) : [401];
  };

  return (request, response) => {
    const address = request.socket.remoteAddress ?? "";
    reply(request, address)
      .catch((error: Error): Reply => {
        args.log(`metadata: ${address} ${request.method} ${request.url}: ${error.stack}`);
        return [500, error.message];
      })
      .then(([status, body = "", headers = {}]) => {
        const length = { "content-type": "text/plain", "content-length": Buffer.byteLength(body) };
        response.writeHead(status, { ...headers, ...length }).end(body);
      })
      .catch((error: Error) => args.log(`metadata: ${address}: ${error.message}`));
  };
}
