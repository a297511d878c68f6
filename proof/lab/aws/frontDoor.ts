import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { apiListener } from "./api";
import { makeServerCertificate } from "./certificateAuthority";
import { localClients } from "./clients";
import { Deployed } from "./permissions/deployed";
import type { Faults } from "./faults";
import { Instances } from "./metadata/instances";
import { metadataListener } from "./metadata/metadataService";
import { mirrorHost, mirrorListener } from "./mirror";
import { RoleCredentialStore } from "./credentials/roleCredentials";
import { serverEnd } from "./serverEnd";
import { Trail } from "./trail";

export interface FrontDoorArgs {
  /** The local AWS. */
  readonly localAws: URL;
  /** The address of AWS's host names and the mirror's; served on port 443. */
  readonly address: string;
  /** Of instance metadata, which nodes reach at 169.254.169.254; served on port 80. */
  readonly metadataAddress: string;
  /** See `MetadataServiceArgs`. */
  readonly limitHops: (address: string, hops: number) => Promise<void>;
  /** Port on 127.0.0.1 for the functions' calls. */
  readonly functionPort: number;
  /** What the mirror serves. */
  readonly mirrorFolder: string;
  readonly region: string;
  /** Gets a line for every call that was refused or that failed. */
  readonly log: (line: string) => void;
}

/** AWS as nodes and functions of the lab see it. */
export interface FrontDoor {
  /** Certificate of the authority that signs the certificates of AWS's host names. */
  readonly authorityPem: string;
  /** AWS_ENDPOINT_URL of the functions. */
  readonly functionEndpoint: string;
  /** May change at any time. */
  readonly faults: Faults;
  /** Every call to the APIs. */
  readonly trail: Trail;
  close(): Promise<void>;
}

/**
 * Opens it: the APIs with checks of signatures and permissions, instance metadata, and the mirror of release
 * files.
 */
export async function openFrontDoor(args: FrontDoorArgs): Promise<FrontDoor> {
  const { localAws, region, log } = args;
  const faults: Faults = {};
  const trail = new Trail();
  const clients = localClients(localAws, region);
  const credentials = new RoleCredentialStore(clients, localAws, faults);
  const deployed = new Deployed(clients, region);
  const api = apiListener({ localAws, clients, region, deployed, credentials, faults, trail, log });
  const mirror = mirrorListener(args.mirrorFolder, log);
  const byHost: RequestListener = (request, response) =>
    (request.headers.host === mirrorHost ? mirror : api)(request, response);
  const metadata = metadataListener({
    ...{ instances: new Instances(clients, region), credentials, faults, log },
    limitHops: args.limitHops,
  });

  const { authority, certificate, key } = await makeServerCertificate(region);
  const listening: [server: Server, port: number, address: string][] = [
    [createHttpsServer({ cert: certificate, key }, byHost), 443, args.address],
    [createHttpServer(metadata), 80, args.metadataAddress],
    [createHttpServer(api), args.functionPort, "127.0.0.1"],
  ];
  const ends = listening.map(([server]) => serverEnd(server));
  const close = async () => {
    await Promise.all(ends.map((end) => end()));
    for (const client of Object.values(clients)) client.destroy();
  };
  try {
    for (const [server, port, address] of listening) await once(server.listen(port, address), "listening");
  } catch (error) {
    await close();
    throw error;
  }
  return {
    authorityPem: authority,
    functionEndpoint: `http://127.0.0.1:${args.functionPort}`,
    faults,
    trail,
    close,
  };
}
