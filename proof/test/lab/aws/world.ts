/**
 * The front door in front of a local AWS, with the addresses and ports that it has in the lab. Runs in namespaces of its own
 * (see `namespaces.ts`) and is told by messages what to do.
 */
import { Route53 } from "@aws-sdk/client-route-53";
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { localClients } from "../../../lab/aws/clients";
import { openFrontDoor, type FrontDoor } from "../../../lab/aws/frontDoor";
import { startLocalAws } from "../../../local/aws/process";
import { bucket, fillAccount, region, zoneName, type Account } from "./account";
import type { Message, Outcome } from "./namespaces";

const apiAddress = "203.0.113.10";
const metadataAddress = "169.254.169.254";
const names = [
  "ec2",
  "autoscaling",
  "logs",
  "api.ecr",
  "iam",
  "s3",
  `${bucket}.s3`,
  `${bucket}.s3.dualstack`,
  "other.s3",
];
const folder = mkdtempSync(path.join(os.tmpdir(), "front-door-"));
let logged: string[] = [];

async function open(): Promise<{ account: Account; frontDoor: FrontDoor }> {
  const ip = (...words: string[]) => execFileSync("ip", words);
  ip("link", "set", "lo", "up");
  for (const address of [metadataAddress, apiAddress]) ip("addr", "add", `${address}/32`, "dev", "lo");
  const hosts = names.map((name) => `${apiAddress} ${name}.${region}.amazonaws.com\n`);
  writeFileSync(
    path.join(folder, "hosts"),
    `${hosts.join("")}${apiAddress} mirror.lab.internal\n127.0.0.1 localhost\n`,
  );
  execFileSync("mount", ["--bind", path.join(folder, "hosts"), "/etc/hosts"]);

  const { url } = await startLocalAws(folder, 4566, console.error);
  const account = await fillAccount(new URL(url));
  ip("addr", "add", `${account.address}/32`, "dev", "lo");
  // What is sent to the front door comes from the instance.
  const local = ["dev", "lo", "table", "local", "proto", "kernel", "scope", "host"];
  for (const address of [metadataAddress, apiAddress])
    ip("route", "replace", "local", address, "src", account.address, ...local);
  mkdirSync(path.join(folder, "mirror", "dl.k8s.io"), { recursive: true });
  writeFileSync(path.join(folder, "mirror", "dl.k8s.io", "kubelet"), "a program");
  const frontDoor = await openFrontDoor({
    localAws: new URL(url),
    address: apiAddress,
    metadataAddress: metadataAddress,
    functionPort: 4600,
    limitHops: () => Promise.resolve(),
    mirrorFolder: path.join(folder, "mirror"),
    region,
    log: (line) => logged.push(line),
  });
  writeFileSync(path.join(folder, "authority.pem"), frontDoor.authorityPem);
  return { account, frontDoor };
}

/** Runs bash commands as the instance, after sourcing what the node's scripts source. */
async function run(commands: string): Promise<Outcome> {
  const library = path.resolve(__dirname, "../../../../ignition/files/node/opt/cluster/lib");
  const script = `set -uo pipefail; source ${library}/log.sh; source <(sed 's|/opt/cluster/lib|${library}|' ${library}/aws.sh); ${commands}`;
  const env = {
    PATH: process.env.PATH,
    CURL_CA_BUNDLE: path.join(folder, "authority.pem"),
    REGION: region,
    AWS_DNS_SUFFIX: "amazonaws.com",
    BUCKET: bucket,
    AWS_PATIENCE: "1",
  };
  try {
    return {
      code: 0,
      ...(await promisify(execFile)("bash", ["--norc", "-c", script], { env, cwd: folder })),
    };
  } catch (error) {
    const { code, stdout, stderr } = error as Outcome;
    return { code, stdout, stderr };
  }
}

/** Creates an A record with the discovery function's credentials; gives AWS's error code, or "created". */
async function createRecord({ account, frontDoor }: Awaited<ReturnType<typeof open>>, name: string) {
  const { sts } = localClients(new URL("http://127.0.0.1:4566"), region);
  const { Credentials: made } = await sts.assumeRole({
    RoleArn: "arn:aws:iam::123456789012:role/discovery",
    RoleSessionName: "function",
  });
  const credentials = {
    accessKeyId: made?.AccessKeyId ?? "",
    secretAccessKey: made?.SecretAccessKey ?? "",
    sessionToken: made?.SessionToken,
  };
  const route53 = new Route53({ endpoint: frontDoor.functionEndpoint, region, credentials, maxAttempts: 1 });
  const record = {
    Name: `${name}${zoneName}`,
    Type: "A" as const,
    TTL: 1,
    ResourceRecords: [{ Value: "10.0.0.1" }],
  };
  const batch = { Changes: [{ Action: "CREATE" as const, ResourceRecordSet: record }] };
  return route53.changeResourceRecordSets({ HostedZoneId: account.zoneId, ChangeBatch: batch }).then(
    () => "created",
    (error: Error) => error.name,
  );
}

const world = open();
world.then(
  ({ account }) => process.send?.({ id: 0, result: account }),
  (error: Error) => process.send?.({ id: 0, error: error.stack }),
);

async function obey(message: Message): Promise<unknown> {
  const opened = await world;
  switch (message.kind) {
    case "run":
      return run(message.commands);
    case "createRecord":
      return createRecord(opened, message.name);
    case "faults":
      for (const name of ["s3", "metadata", "credentialSeconds"] as const)
        delete opened.frontDoor.faults[name];
      Object.assign(opened.frontDoor.faults, message.faults);
      return null;
    case "trail":
      return opened.frontDoor.trail.events;
    case "log": {
      const lines = logged;
      logged = [];
      return lines;
    }
  }
}

process.on("message", ({ id, message }: { id: number; message: Message }) => {
  void obey(message).then(
    (result) => process.send?.({ id, result }),
    (error: Error) => process.send?.({ id, error: error.stack }),
  );
});
process.on("disconnect", () => {
  rmSync(folder, { recursive: true, force: true });
  process.exit();
});
