import type * as grpc from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { read, write } from "./struct";
import { terraformDataSource, terraformResource, TOKENS_FILE } from "./tokens";
import type { Translation } from "./translation";
import type { Properties } from "./wire";

const DETAILS = "grpc-status-details-bin";
const INIT_FAILED = "pulumirpc.ErrorResourceInitFailed";
const UNKNOWN_TO_BRIDGE = /unknown (resource|datasource) token/;

/**
 * Translates a bridge's error into the names of the npm package. For a token that the Terraform provider
 * lacks, it names the token and the file to change. It also translates the state of a half-made resource.
 */
export function rewriteError(
  error: grpc.ServiceError,
  token: string,
  translation?: Translation,
  asked: Properties = {},
): grpc.ServiceError {
  if (UNKNOWN_TO_BRIDGE.test(error.details)) error.details = unknownToken(token, error.details);
  const [encoded] = error.metadata?.get(DETAILS) ?? [];
  if (translation && Buffer.isBuffer(encoded)) {
    error.metadata.set(DETAILS, translateDetails(encoded, translation, asked));
  }
  return error;
}

/**
 * A function's error, with the reasons that the bridge gave only to the engine. The npm package's provider
 * gives them to the program, which may go on. The bridge's own error text ends with a space, which HTTP/2
 * does not allow.
 */
export function withReasons(error: grpc.ServiceError, reasons: readonly string[]): grpc.ServiceError {
  const words = reasons.map((reason) => reason.replace(/^\[ERROR\] (: )?/, "").trim());
  error.details = [error.details, ...words].filter((each) => each !== "").join("\n");
  return error;
}

function unknownToken(token: string, reason: string): string {
  const isFunction = /[:/]get[A-Z][^:]*$/.test(token);
  const name = isFunction ? terraformDataSource(token) : terraformResource(token);
  return (
    `"${token}" is not known to the local bridge: it looked for "${name}" in the Terraform provider (${reason}). ` +
    `If the provider has it under another name, add that to ${TOKENS_FILE}`
  );
}

function translateDetails(encoded: Buffer, translation: Translation, asked: Properties): Buffer {
  const status = Status.deserializeBinary(encoded);
  for (const detail of status.getDetailsList()) {
    if (detail.getTypeName() !== INIT_FAILED) continue;
    const failed = ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
    if (failed.hasProperties()) {
      failed.setProperties(write(translation.stateToPulumi(read(failed.getProperties()), asked)));
    }
    if (failed.hasInputs()) {
      failed.setInputs(write(translation.inputsToPulumi(read(failed.getInputs()), asked)));
    }
    detail.setValue(failed.serializeBinary());
  }
  return Buffer.from(status.serializeBinary());
}
