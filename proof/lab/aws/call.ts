import type { IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";

/** A request to AWS, as it was received. */
export interface Call {
  readonly method: string;
  readonly host: string;
  /** Path and query as sent, still encoded. */
  readonly url: string;
  /** Path as sent, still encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Destination of a call: AWS's signing name of the service, and the region if the host name has one. */
export interface Endpoint {
  readonly service: string;
  readonly region?: string;
  /** The bucket in a host name of S3. */
  readonly bucket?: string;
}

export async function receive(request: IncomingMessage): Promise<Call> {
  const { url = "", method = "" } = request;
  const [path = "", ...query] = url.split("?");
  return {
    method,
    host: request.headers.host ?? "",
    url,
    path,
    query: new URLSearchParams(query.join("?")),
    headers: Object.fromEntries(
      Object.entries(request.headersDistinct).map(([name, values = []]) => [name, values.join(",")]),
    ),
    body: await buffer(request),
  };
}

/**
 * The service and region of an AWS host name; undefined for any other name:
 * https://docs.aws.amazon.com/general/latest/gr/rande.html,
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 */
export function endpointOf(host: string): Endpoint | undefined {
  const [, labels] = /^(.+)\.amazonaws\.com(?::\d+)?$/.exec(host.toLowerCase()) ?? [];
  if (labels === undefined) return undefined;
  const s3 = /^(?:(.+)\.)?s3(?:\.dualstack)?\.([a-z0-9-]+)$/.exec(labels);
  if (s3) return { service: "s3", region: s3[2], bucket: s3[1] };
  const [service = "", region] = labels.replace(/^api\.ecr\./, "ecr.").split(".");
  return { service, region };
}
