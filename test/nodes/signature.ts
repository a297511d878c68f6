import { SignatureV4 } from "@smithy/signature-v4";
import { createHash, createHmac } from "node:crypto";

/** A request as the server received it. */
export interface ReceivedRequest {
  method: string;
  host: string;
  /** Path and query as sent, still encoded. */
  url: string;
  /** By lower-case name. */
  headers: Record<string, string>;
  body: Buffer;
}

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}

type Bytes = string | ArrayBuffer | ArrayBufferView;
const buffer = (data: Bytes) =>
  ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(data as string);

class Sha256 {
  private readonly hash;
  constructor(secret?: Bytes) {
    this.hash = secret === undefined ? createHash("sha256") : createHmac("sha256", buffer(secret));
  }
  update(data: Bytes) {
    this.hash.update(buffer(data));
  }
  digest() {
    return Promise.resolve(new Uint8Array(this.hash.digest()));
  }
  reset() {
    throw new Error("never needed for one signature");
  }
}

/**
 * What AWS would object to in a request's signature, or undefined. The signature is computed again by the AWS SDK's own
 * signer from what was received: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 */
export async function signatureFault(
  request: ReceivedRequest,
  service: string,
  region: string,
  credentials: Credentials,
): Promise<string | undefined> {
  const { headers } = request;
  const authorization = headers.authorization ?? "";
  const [, scope, signedNames, signature] =
    /^AWS4-HMAC-SHA256 Credential=(\S+), ?SignedHeaders=(\S+), ?Signature=(\S+)$/.exec(authorization) ?? [];
  if (!scope) return `no SigV4 authorization header: ${authorization}`;

  const signed = new Set(signedNames.split(";"));
  const mustBeSigned = Object.keys(headers).filter((name) => name === "host" || name.startsWith("x-amz-"));
  const unsigned = mustBeSigned.filter((name) => !signed.has(name));
  if (unsigned.length > 0) return `not signed: ${unsigned.join(", ")}`;
  if (headers["x-amz-security-token"] !== credentials.sessionToken) return "wrong session token";

  const bodyHash = createHash("sha256").update(request.body).digest("hex");
  const statedHash = headers["x-amz-content-sha256"];
  if (service === "s3" && !statedHash) return "S3 needs the header x-amz-content-sha256";
  if (statedHash && statedHash !== bodyHash) return "x-amz-content-sha256 is not the body's hash";

  const date = headers["x-amz-date"]?.replace(
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
    "$1-$2-$3T$4:$5:$6Z",
  );
  const { pathname, searchParams } = new URL(request.url, `https://${request.host}`);
  const signer = new SignatureV4({
    service,
    region,
    credentials,
    sha256: Sha256,
    uriEscapePath: service !== "s3",
    applyChecksum: false,
  });
  const expected = await signer.sign(
    {
      method: request.method,
      protocol: "https:",
      hostname: request.host,
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => signed.has(name))),
      body: request.body,
    },
    { signingDate: new Date(date), signableHeaders: signed },
  );
  const wanted = expected.headers.authorization;
  if (!wanted.includes(`Credential=${scope},`))
    return `the credential scope is ${scope}, not that of ${wanted}`;
  return wanted.endsWith(`Signature=${signature}`) ? undefined : `SignatureDoesNotMatch: ${wanted}`;
}
