/**
 * AWS as the nodes see it. It runs inside the test network, and messages control it (see `cloud.ts`).
 * - `http://169.254.169.254`: IMDSv2, which knows an instance by its address.
 * - `https://*.amazonaws.com`: checks every signature, then forwards the request to the project's local AWS.
 *   It answers for the controllers' group itself, because no group launched these instances; the local AWS
 *   only checks these requests.
 */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import * as path from "node:path";
import { endpointOf, receive, type Call } from "../../lab/aws/call";
import { parseAuthorization, signatureFault } from "../../lab/aws/credentials/signature";
import { checkedRequests } from "../../local/aws/checkedRequests";
import { AwsCall, AwsMessage, Fault, Instance } from "./cloud";

const [gateway, region, folder, python] = process.argv.slice(2);
const moto = "http://127.0.0.1:4566";
const credentials = {
  accessKeyId: "ASIATEST",
  secretAccessKey: "secret/with+signs",
  sessionToken: "token/with+signs==",
};

const instances = new Map<string, Instance>();
const tokens = new Set<string>();
let faults: Fault[] = [];
let calls: AwsCall[] = [];
let desiredCapacity = 3;
let inService: string[] = [];

function metadata(instance: Instance): Record<string, string | undefined> {
  return {
    "instance-id": instance.id,
    "local-ipv4": instance.address,
    "local-hostname": instance.hostname ?? `ip-${instance.address.replaceAll(".", "-")}.ec2.internal`,
    "instance-type": "m7i.large",
    "placement/availability-zone": `${region}a`,
    "autoscaling/target-lifecycle-state": instance.targetLifecycleState,
    "iam/security-credentials/": "controller",
    "iam/security-credentials/controller": JSON.stringify({
      Code: "Success",
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretAccessKey,
      Token: credentials.sessionToken,
    }),
  };
}

const imds = http.createServer((request, response) => {
  const end = (status: number, body = "") => response.writeHead(status).end(body);
  if (request.method === "PUT" && request.url === "/latest/api/token") {
    if (!request.headers["x-aws-ec2-metadata-token-ttl-seconds"]) return end(400);
    const token = `token-${tokens.size}`;
    tokens.add(token);
    return end(200, token);
  }
  if (!tokens.has(String(request.headers["x-aws-ec2-metadata-token"]))) return end(401);
  const instance = instances.get(request.socket.remoteAddress ?? "");
  const value = instance && metadata(instance)[(request.url ?? "").replace("/latest/meta-data/", "")];
  return value === undefined ? end(404) : end(200, value);
});

const ofThisConnection = new Set(["host", "connection", "expect", "content-length"]);

const errorDocument = (code: string, message: string) =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;

/** An instance whose launch is complete; without an id, one that boots. */
const instanceDescription = (id: string) => `<member><ProtectedFromScaleIn>false</ProtectedFromScaleIn>
  <InstanceId>${id || "i-0b0075000000000000"}</InstanceId><HealthStatus>Healthy</HealthStatus>
  <LifecycleState>${id ? "InService" : "Pending:Wait"}</LifecycleState></member>`;

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html */
function groupDescription(name: string): string {
  const group =
    name === "test-controllers"
      ? `<member><AutoScalingGroupName>${name}</AutoScalingGroupName><MinSize>${desiredCapacity}</MinSize>
         <MaxSize>${desiredCapacity}</MaxSize><DesiredCapacity>${desiredCapacity}</DesiredCapacity>
         <Instances>${[...inService, ""].map(instanceDescription).join("")}</Instances></member>`
      : "";
  return `<DescribeAutoScalingGroupsResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/">
    <DescribeAutoScalingGroupsResult><AutoScalingGroups>${group}</AutoScalingGroups></DescribeAutoScalingGroupsResult>
    </DescribeAutoScalingGroupsResponse>`;
}

/** AWS's objection to a call's signature, or undefined. */
async function faultOfSignature(request: Call, service: string): Promise<string | undefined> {
  const authorization = parseAuthorization(request.headers.authorization);
  if (!authorization) return `no SigV4 authorization header: ${request.headers.authorization}`;
  if (authorization.service !== service || authorization.region !== region)
    return `signed for ${authorization.service} in ${authorization.region}`;
  if (request.headers["x-amz-security-token"] !== credentials.sessionToken) return "wrong session token";
  return signatureFault(request, authorization, credentials);
}

/** What the controllers' group answers; undefined for any other call. */
function ownAnswer({ action, parameters }: AwsCall): string | undefined {
  if (action === "CompleteLifecycleAction") return "<CompleteLifecycleActionResponse/>";
  if (action === "DescribeAutoScalingGroups") {
    return groupDescription(parameters["AutoScalingGroupNames.member.1"]);
  }
  return undefined;
}

async function answer(request: Call): Promise<{ status: number; headers?: object; body: string | Buffer }> {
  const { service = "", bucket } = endpointOf(request.host) ?? {};
  const parameters = Object.fromEntries(new URLSearchParams(bucket ? "" : request.body.toString()));
  const call: AwsCall = {
    service,
    action: parameters.Action ?? request.headers["x-amz-target"]?.split(".")[1] ?? request.method,
    url: request.url,
    parameters,
    status: 0,
  };
  calls.push(call);
  const refuse = (status: number, code: string, message: string) => {
    call.status = status;
    return { status, body: errorDocument(code, message) };
  };

  const fault = faults.shift();
  if (fault) return refuse(fault.status, fault.code, fault.message ?? "as the test asked");
  const badSignature = await faultOfSignature(request, service);
  if (badSignature) return refuse(403, "SignatureDoesNotMatch", badSignature);
  const forwarded = await fetch(moto + (bucket ? `/${bucket}` : "") + request.url, {
    method: request.method,
    headers: Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => !ofThisConnection.has(name)),
    ),
    ...(request.body.length > 0 ? { body: request.body } : {}),
  });
  const body = Buffer.from(await forwarded.arrayBuffer());
  const own = ownAnswer(call);
  call.status = own === undefined ? forwarded.status : 200;
  if (own !== undefined) return { status: 200, body: own };
  return {
    status: forwarded.status,
    headers: Object.fromEntries(
      ["etag", "last-modified"].map((name) => [name, forwarded.headers.get(name) ?? ""]),
    ),
    body,
  };
}

const aws = https.createServer(
  { cert: fs.readFileSync(path.join(folder, "aws.crt")), key: fs.readFileSync(path.join(folder, "aws.key")) },
  (request, response) => {
    void receive(request)
      .then(answer)
      .then(({ status, headers = {}, body }) => response.writeHead(status, { ...headers }).end(body));
  },
);

const project = path.resolve(__dirname, "../../..");
const server = path.join(project, "proof", "local", "aws", "server.py");
const log = fs.openSync(path.join(folder, "aws.log"), "w");
const localAws = spawn(python, [server, "--port", "4566", "--project", project], {
  stdio: ["ignore", log, log],
});
process.on("exit", () => localAws.kill());
process.on("disconnect", () => process.exit());

/** A request of the test itself, directly to the local AWS. */
async function send(
  requestPath: string,
  method: string,
  headers: Record<string, string>,
  body?: string,
): Promise<string> {
  const response = await fetch(moto + requestPath, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${requestPath}: ${response.status} ${text}`);
  return text;
}

async function obey(message: AwsMessage): Promise<unknown> {
  switch (message.kind) {
    case "instance":
      return void instances.set(message.instance.address, message.instance);
    case "capacity":
      return void (desiredCapacity = message.desired);
    case "in service":
      return void (inService = message.ids);
    case "faults":
      return void (faults = message.faults);
    case "calls": {
      const seen = calls;
      calls = [];
      return seen;
    }
    case "checked requests":
      return checkedRequests(moto);
    case "send":
      return send(message.path, message.method, message.headers, message.body);
  }
}

process.on("message", ({ id, message }: { id: number; message: AwsMessage }) => {
  void obey(message).then(
    (result) => process.send?.({ id, result }),
    (error: Error) => process.send?.({ id, error: error.message }),
  );
});

async function start(): Promise<void> {
  for (const deadline = Date.now() + 120_000; ;) {
    if (await fetch(`${moto}/local-aws`).catch(() => undefined)) break;
    if (Date.now() > deadline || localAws.exitCode !== null)
      throw new Error(`the local AWS did not start: ${folder}/aws.log`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  imds.listen(80, "169.254.169.254", () => aws.listen(443, gateway, () => process.send?.({ id: 0 })));
}
void start();
