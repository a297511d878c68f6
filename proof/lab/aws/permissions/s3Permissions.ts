import type { Permission } from "./policy";
import { commonContext, unknownCall, type DeployedResources, type ServiceCall } from "../serviceCall";

/** A bucket, and a key in it if the call names an object. */
interface Address {
  readonly bucket: string;
  readonly key: string;
}

/** The bucket and object of a call of S3, from its host name or else its path. */
export function s3Address(call: ServiceCall): Address {
  const path = decodeURIComponent(call.path).replace(/^\//, "");
  if (call.bucket !== undefined) return { bucket: call.bucket, key: path };
  const [bucket = "", ...key] = path.split("/");
  return { bucket, key: key.join("/") };
}

/** The right to know which objects exist. Callers with it get 404 for an absent object; all others get 403. */
export function listPermission(
  { partition }: DeployedResources,
  bucket: string,
  query = new URLSearchParams(),
): Permission {
  const keys = ["prefix", "delimiter", "max-keys"].map((name) => [`s3:${name}`, query.getAll(name)]);
  const context = { ...commonContext, ...(Object.fromEntries(keys) as Record<string, string[]>) };
  return { action: "s3:ListBucket", resource: `arn:${partition}:s3:::${bucket}`, context };
}

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html; for objects under a KMS key
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
 */
export async function s3Permissions(call: ServiceCall, deployed: DeployedResources): Promise<Permission[]> {
  const { method, query, headers } = call;
  const { bucket, key } = s3Address(call);
  const parameters = [...query.keys()].filter((name) => name !== "x-id").sort();
  const onlyHas = (...known: string[]) => parameters.every((name) => known.includes(name));
  const unknown = unknownCall(
    "s3",
    `${method} of ${key ? "an object" : "a bucket"} with the parameters ${parameters.join(", ") || "none"}`,
  );
  if (bucket === "") throw unknown;

  if (key === "") {
    const isList = query.get("list-type") === "2";
    if (method === "GET" && isList && onlyHas(...listParameters))
      return [listPermission(deployed, bucket, query)];
    if (method === "HEAD" && parameters.length === 0) return [listPermission(deployed, bucket)];
    throw unknown;
  }

  const object = (action: string): Permission => ({
    action,
    resource: `arn:${deployed.partition}:s3:::${bucket}/${key}`,
    context: commonContext,
  });
  const useOf = (keyArn: string | undefined, action: string): Permission[] => {
    if (keyArn === undefined) return [];
    const context = { ...commonContext, "kms:viaservice": [`s3.${deployed.region}.amazonaws.com`] };
    return [{ action, resource: keyArn, context }];
  };
  if (method === "GET" && onlyHas("versionId")) {
    const versionId = query.get("versionId") ?? undefined;
    const action = versionId === undefined ? "s3:GetObject" : "s3:GetObjectVersion";
    return [object(action), ...useOf(await deployed.objectKeyArn(bucket, key, versionId), "kms:Decrypt")];
  }
  if (method === "DELETE" && onlyHas("versionId"))
    return [object(query.has("versionId") ? "s3:DeleteObjectVersion" : "s3:DeleteObject")];
  if (method === "PUT" && onlyHas()) {
    const further = Object.keys(headers).filter((name) => furtherRights.test(name));
    if (further.length > 0)
      throw unknownCall("s3", `PUT of an object with the headers ${further.join(", ")}`);
    const ifNoneMatch = headers["if-none-match"];
    const put = object("s3:PutObject");
    const context = { ...put.context, "s3:if-none-match": ifNoneMatch === undefined ? [] : [ifNoneMatch] };
    return [{ ...put, context }, ...useOf(await deployed.defaultKeyArn(bucket), "kms:GenerateDataKey")];
  }
  throw unknown;
}

const listParameters = ["list-type", "prefix", "delimiter", "max-keys", "start-after", "continuation-token"];

/** Headers of a PUT that need more than s3:PutObject. */
const furtherRights =
  /^x-amz-(acl|grant-.*|copy-source.*|tagging|object-lock-.*|server-side-encryption.*|website-redirect-location)$/;
