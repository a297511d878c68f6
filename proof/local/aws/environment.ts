/** LocalStack's port, so that tools made for LocalStack work with the local AWS too. */
const defaultPort = 4566;

/**
 * The port of the local AWS: LOCAL_AWS_PORT, or 4566.
 * @throws Error if LOCAL_AWS_PORT is not a port number
 */
export function localAwsPort(environment: NodeJS.ProcessEnv): number {
  const value = environment.LOCAL_AWS_PORT || String(defaultPort);
  const port = Number(value);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Error(`LOCAL_AWS_PORT is "${value}"; give a port number from 1 to 65535`);
  }
  return port;
}

/** Access key id of Route 53's DNS servers: the local AWS answers it as they would (aws/moods/route53_changes.py). */
export const resolverKeyId = "resolver";

/** Access key id of what judges calls by policies: the local AWS answers it with those that hold (aws/moods/iam_role_policies.py). */
export const enforcementKeyId = "enforcement";

/** Settings of a client with which the lab or a test looks at the local AWS: it counts its calls for no limit (aws/aws_parts.py). */
export const observer = { credentials: { accessKeyId: "observer", secretAccessKey: "none" } };

const moods = ["instant", "typical", "worst"];

/**
 * How slow and strict the local AWS is: LOCAL_AWS_MOOD, or `instant` (proof/local/README.md).
 * @throws Error if LOCAL_AWS_MOOD is no mood
 */
export function localAwsMood(environment: NodeJS.ProcessEnv): string {
  const mood = environment.LOCAL_AWS_MOOD || "instant";
  if (!moods.includes(mood)) throw new Error(`LOCAL_AWS_MOOD is "${mood}"; give one of ${moods.join(", ")}`);
  return mood;
}

/** The address of the local AWS on that port. */
export function localAwsUrl(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/**
 * The environment in which every AWS tool and SDK uses only `url`. It leaves out all that the user has set
 * for real AWS: profiles, keys, roles, files, other endpoints. The two keys have no rights; the SDKs only
 * need some keys.
 * https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
 * @throws Error if `url` is not on this machine's loopback interface
 */
export function localAwsEnvironment(
  given: NodeJS.ProcessEnv,
  url: string,
  region: string,
): NodeJS.ProcessEnv {
  if (new URL(url).hostname !== "127.0.0.1") {
    throw new Error(`${url} is not on 127.0.0.1: the local stack is for a local AWS only`);
  }
  const withoutAws = Object.entries(given).filter(([name]) => !name.startsWith("AWS_"));
  return {
    ...Object.fromEntries(withoutAws),
    AWS_ENDPOINT_URL: url,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    NO_PROXY: "127.0.0.1",
    no_proxy: "127.0.0.1",
  };
}

/** Sets the variables of `localAwsEnvironment` in this process, which its children inherit. */
export function enterLocalAws(url: string, region: string): void {
  const environment = localAwsEnvironment(process.env, url, region);
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
}
