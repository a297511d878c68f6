import type { OutgoingHttpHeaders } from "node:http";
import { randomUUID } from "node:crypto";

/** A complete HTTP response. */
export interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | Buffer;
}

/** Why a call is refused before it reaches the service. */
export type Reason =
  "unsigned" | "unknownKey" | "wrongToken" | "wrongSignature" | "wrongTime" | "expired" | "denied";

/** A refusal and its message. */
export interface Refusal {
  readonly reason: Reason;
  readonly message: string;
}

type Form = "s3" | "ec2" | "query" | "json";

/**
 * HTTP status and error code, by the form of a service's errors.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html,
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html,
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/CommonErrors.html,
 * https://docs.aws.amazon.com/AmazonECR/latest/APIReference/CommonErrors.html
 */
const codes: Readonly<Record<Form, Readonly<Record<Reason, readonly [status: number, code: string]>>>> = {
  s3: {
    unsigned: [403, "AccessDenied"],
    unknownKey: [403, "InvalidAccessKeyId"],
    wrongToken: [400, "InvalidToken"],
    wrongSignature: [403, "SignatureDoesNotMatch"],
    wrongTime: [403, "RequestTimeTooSkewed"],
    expired: [400, "ExpiredToken"],
    denied: [403, "AccessDenied"],
  },
  ec2: {
    unsigned: [401, "AuthFailure"],
    unknownKey: [401, "AuthFailure"],
    wrongToken: [401, "AuthFailure"],
    wrongSignature: [401, "AuthFailure"],
    wrongTime: [400, "RequestExpired"],
    expired: [400, "RequestExpired"],
    denied: [403, "UnauthorizedOperation"],
  },
  query: {
    unsigned: [403, "MissingAuthenticationToken"],
    unknownKey: [403, "InvalidClientTokenId"],
    wrongToken: [403, "InvalidClientTokenId"],
    wrongSignature: [403, "SignatureDoesNotMatch"],
    wrongTime: [403, "SignatureDoesNotMatch"],
    expired: [403, "ExpiredToken"],
    denied: [403, "AccessDenied"],
  },
  json: {
    unsigned: [400, "MissingAuthenticationTokenException"],
    unknownKey: [400, "UnrecognizedClientException"],
    wrongToken: [400, "UnrecognizedClientException"],
    wrongSignature: [400, "InvalidSignatureException"],
    wrongTime: [400, "InvalidSignatureException"],
    expired: [400, "ExpiredTokenException"],
    denied: [400, "AccessDeniedException"],
  },
};

const forms: Readonly<Record<string, Form>> = {
  s3: "s3",
  ec2: "ec2",
  ecr: "json",
  logs: "json",
  sqs: "json",
};

/** The error document of the service. */
export function refusalAnswer(service: string, { reason, message }: Refusal): Answer {
  const form = forms[service] ?? "query";
  const [status, code] = codes[form][reason];
  return errorAnswer(form, status, code, message);
}

/** S3's answer when it is overloaded or down. */
export function s3Unavailable(status: number): Answer {
  return errorAnswer("s3", status, "SlowDown", "Please reduce your request rate.");
}

function errorAnswer(form: Form, status: number, code: string, message: string): Answer {
  const id = randomUUID();
  if (form === "json") {
    const headers = { "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": id };
    return { status, headers, body: JSON.stringify({ __type: code, message }) };
  }
  const error = `<Code>${code}</Code><Message>${escape(message)}</Message>`;
  const documents = {
    s3: `<Error>${error}<RequestId>${id}</RequestId></Error>`,
    ec2: `<Response><Errors><Error>${error}</Error></Errors><RequestID>${id}</RequestID></Response>`,
    query: `<ErrorResponse><Error><Type>Sender</Type>${error}</Error><RequestId>${id}</RequestId></ErrorResponse>`,
  };
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${documents[form]}`;
  return { status, headers: { "content-type": "text/xml" }, body };
}

const escape = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
