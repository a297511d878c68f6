import type { DeployedResources, ServiceCall } from "../../../lab/aws/serviceCall";

/** Key of the bucket `store` and of all its objects. */
export const keyArn = "arn:aws:kms:us-east-1:123456789012:key/1";

export const groupArn = (name: string) =>
  `arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:0d6e:autoScalingGroupName/${name}`;

/** An account with one bucket, `store`, and the groups of the cluster `blue`. */
export const deployed: DeployedResources = {
  partition: "aws",
  region: "us-east-1",
  accountId: "123456789012",
  groupArn: async (name) => (name.startsWith("blue-") ? groupArn(name) : undefined),
  objectKeyArn: async (bucket) => (bucket === "store" ? keyArn : undefined),
  defaultKeyArn: async (bucket) => (bucket === "store" ? keyArn : undefined),
};

/** A call without what its signature adds. */
export function call(
  service: string,
  method: string,
  url: string,
  rest: { bucket?: string; body?: string; headers?: Record<string, string> } = {},
): ServiceCall {
  const [path = "", query] = url.split("?");
  return {
    service,
    method,
    host: "",
    url,
    path,
    query: new URLSearchParams(query),
    headers: rest.headers ?? {},
    body: Buffer.from(rest.body ?? ""),
    bucket: rest.bucket,
  };
}

/** A call of a Query API. */
export const queryCall = (service: string, parameters: Record<string, string>): ServiceCall =>
  call(service, "POST", "/", { body: new URLSearchParams(parameters).toString() });
