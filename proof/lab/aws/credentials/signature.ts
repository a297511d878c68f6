import { SignatureV4 } from "@smithy/signature-v4";
import { createHash, createHmac } from "node:crypto";
import type { Call } from "../call";

/** Temporary credentials, as STS issues them. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** The parts of an Authorization header. */
export interface Authorization {
  readonly accessKeyId: string;
  /** `20261123`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: ReadonlySet<string>;
  /** In hex. */
  readonly signature: string;
}

/** Reads an Authorization header of SigV4; undefined for any other. */
export function parseAuthorization(header: string | undefined): Authorization | undefined {
  const fields =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=(\S+), ?Signature=([0-9a-f]{64})$/.exec(
      header ?? "",
    );
  if (!fields) return undefined;
  const [, accessKeyId = "", date = "", region = "", service = "", signedHeaders = "", signature = ""] =
    fields;
  return { accessKeyId, date, region, service, signedHeaders: new Set(signedHeaders.split(";")), signature };
}

/** When a call was signed, by its x-amz-date; undefined if that is missing or invalid. */
export function signingTime({ headers }: Call): Date | undefined {
  const text = headers["x-amz-date"]?.replace(
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
    "$1-$2-$3T$4:$5:$6Z",
  );
  const time = new Date(text ?? NaN);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/**
 * AWS's objection to a call's signature, or undefined. The AWS SDK's own signer computes the signature again
 * from the received call: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 */
export async function signatureFault(
  call: Call,
  authorization: Authorization,
  credentials: Credentials,
): Promise<string | undefined> {
  const { headers } = call;
  const { service, region, date, signedHeaders } = authorization;
  const mustBeSigned = Object.keys(headers).filter((name) => name === "host" || name.startsWith("x-amz-"));
  const unsigned = mustBeSigned.filter((name) => !signedHeaders.has(name));
  if (unsigned.length > 0) return `not signed: ${unsigned.join(", ")}`;
  const payloadFault = statedHashFault(call, service);
  if (payloadFault) return payloadFault;
  const signingDate = signingTime(call);
  if (!signingDate) return `x-amz-date is no time: ${headers["x-amz-date"] ?? "missing"}`;
  if (!headers["x-amz-date"]?.startsWith(date))
    return `the credential is of ${date}, x-amz-date is ${headers["x-amz-date"]}`;

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
      method: call.method,
      protocol: "https:",
      hostname: call.host,
      path: call.path,
      query: Object.fromEntries([...call.query.keys()].map((name) => [name, call.query.getAll(name)])),
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => signedHeaders.has(name))),
      body: call.body,
    },
    { signingDate, signableHeaders: new Set(signedHeaders) },
  );
  return expected.headers.authorization?.endsWith(`Signature=${authorization.signature}`)
    ? undefined
    : "The request signature we calculated does not match the signature you provided";
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
function statedHashFault({ headers, body }: Call, service: string): string | undefined {
  const stated = headers["x-amz-content-sha256"];
  if (stated === undefined) return service === "s3" ? "S3 needs the header x-amz-content-sha256" : undefined;
  if (stated === "UNSIGNED-PAYLOAD" && service === "s3") return undefined;
  const hash = createHash("sha256").update(body).digest("hex");
  return stated === hash ? undefined : `x-amz-content-sha256 is ${stated}, the body's hash is ${hash}`;
}

type Bytes = string | ArrayBuffer | ArrayBufferView;
const toBuffer = (data: Bytes) =>
  ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(data as string);

/** SHA-256 in the form that the signer needs. */
class Sha256 {
  private readonly hash;
  constructor(secret?: Bytes) {
    this.hash = secret === undefined ? createHash("sha256") : createHmac("sha256", toBuffer(secret));
  }
  update(data: Bytes) {
    this.hash.update(toBuffer(data));
  }
  digest() {
    return Promise.resolve(new Uint8Array(this.hash.digest()));
  }
  reset() {
    throw new Error("never needed for one signature");
  }
}
