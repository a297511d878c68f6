import { request, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import type { Call } from "./call";
import type { Answer } from "./refusal";

const ofThisConnection = ["connection", "expect", "keep-alive", "transfer-encoding"];

/**
 * Forwards a call to the local AWS, which finds bucket and service by the Host and Authorization headers. An
 * unsigned call gets a header that names the service.
 */
export async function forward(
  localAws: URL,
  { method, url, headers, body }: Call,
  service: string,
): Promise<Answer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const all = {
      authorization: nobodys(service),
      ...endToEnd(headers),
      "content-length": String(body.length),
    };
    request(localAws, { method, path: url, headers: all }, resolve).on("error", reject).end(body);
  });
  return {
    status: response.statusCode ?? 502,
    headers: endToEnd(response.headers),
    body: await buffer(response),
  };
}

/** The local AWS checks no signatures. */
const nobodys = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=nobody/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ofThisConnection.includes(name)));
}
