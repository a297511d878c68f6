import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { enterLocalAws } from "../../local/aws/environment";
import { startLocalAws, stopLocalAws, type LocalAws } from "../../local/aws/process";

export const region = "eu-central-1";

/** A port where nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Gives the tests of the surrounding `describe` their own empty local AWS, and makes this process's SDK
 * clients use it. The returned object is filled before the first test. `options` are server.py's.
 */
export function withLocalAws(options: readonly string[] = []): LocalAws & { readonly port: number } {
  const aws = {} as LocalAws & { port: number };
  const environment = { ...process.env };
  let project: string;
  before(async function () {
    this.timeout(120_000); // the first start on a machine installs the packages
    project = mkdtempSync(path.join(os.tmpdir(), "local-aws-test-"));
    const port = await freePort();
    Object.assign(aws, await startLocalAws(project, port, console.log, options), { port });
    enterLocalAws(aws.url, region);
  });
  after(async () => {
    await stopLocalAws(project, aws.port);
    rmSync(project, { recursive: true, force: true });
    process.env = environment;
  });
  return aws;
}

/** The header from which the local AWS takes service, region and caller; it does not check signatures. */
export function authorization(service: string): string {
  return `AWS4-HMAC-SHA256 Credential=local/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=none`;
}
