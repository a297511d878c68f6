import { ChildProcess, execFileSync, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { CheckedRequests } from "../../local/aws/checkedRequests";
import { findPython } from "../../local/aws/python";
import { CertificateAuthority } from "./certificates";

/** An instance in its metadata. */
export interface Instance {
  id: string;
  address: string;
  hostname?: string;
  targetLifecycleState?: string;
}

/** The answer to the next request, whatever it is. */
export interface Fault {
  status: number;
  code: string;
  message?: string;
}

/** A request that reached AWS. */
export interface AwsCall {
  service: string;
  action: string;
  url: string;
  parameters: Record<string, string>;
  status: number;
}

export type AwsMessage =
  | { kind: "instance"; instance: Instance }
  | { kind: "capacity"; desired: number }
  | { kind: "in service"; ids: string[] }
  | { kind: "faults"; faults: Fault[] }
  | { kind: "calls" }
  | { kind: "checked requests" }
  | { kind: "send"; path: string; method: string; headers: Record<string, string>; body?: string };

export const region = "us-east-1";
export const zone = "test.example.com";
export const bucket = "test-nodes";
export const logGroup = "test-nodes";
const gateway = "10.77.0.1";

/**
 * A network without a way out, in a network namespace of its own. AWS is in it: instance metadata, AWS's host
 * names and the cluster's DNS zone. It needs root and Linux.
 */
export class Cloud {
  /** Host and zone data, in one folder that every node sees as /run/cloud. */
  readonly shared: string;
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "cloud-"));
  private readonly namespace: ChildProcess;
  private aws!: ChildProcess;
  private readonly answers = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  private nextId = 1;
  private lastAddress = 1;
  readonly awsCertificate: string;

  private constructor() {
    if (process.getuid?.() !== 0)
      throw new Error("the node tests make namespaces and mounts: run them as root, on Linux");
    this.shared = path.join(this.folder, "shared");
    fs.mkdirSync(this.shared);
    this.namespace = spawn("setpriv", ["--pdeathsig", "KILL", "unshare", "--net", "sleep", "infinity"]);
    const authority = new CertificateAuthority(this.folder, "aws-ca");
    this.awsCertificate = authority.certificate;
    const leaf = authority.leaf(
      "aws",
      ["", "s3.", "ecr."].map((service) => `DNS:*.${service}us-east-1.amazonaws.com`),
    );
    fs.writeFileSync(path.join(this.folder, "aws.crt"), leaf.certificate);
    fs.writeFileSync(path.join(this.folder, "aws.key"), leaf.key);
  }

  static async start(): Promise<Cloud> {
    const cloud = new Cloud();
    try {
      const python = await findPython((line) => process.stderr.write(`${line}\n`));
      cloud.sh(`ip link set lo up; ip link add br0 address 02:00:00:00:00:01 type bridge; ip link set br0 up
        ip addr add ${gateway}/24 dev br0; ip addr add 169.254.169.254/32 dev br0`);
      cloud.writeZone([]);
      cloud.aws = spawn(
        "nsenter",
        [
          `--net=${cloud.network}`,
          ...[
            process.execPath,
            "-r",
            "ts-node/register/transpile-only",
            path.join(__dirname, "awsProcess.ts"),
          ],
          ...[gateway, region, cloud.folder, python],
        ],
        { stdio: ["ignore", "inherit", "inherit", "ipc"], cwd: path.resolve(__dirname, "../../..") },
      );
      await new Promise<void>((resolve, reject) => {
        cloud.answers.set(0, { resolve: () => resolve(), reject });
        cloud.aws.on("exit", () => reject(new Error("AWS did not start")));
        cloud.aws.on("message", ({ id, result, error }: { id: number; result: unknown; error?: string }) => {
          const waiting = cloud.answers.get(id);
          cloud.answers.delete(id);
          if (error === undefined) waiting?.resolve(result);
          else waiting?.reject(new Error(error));
        });
      });
      await cloud.send("s3", `/${bucket}`, "PUT");
      await cloud.logs("CreateLogGroup", { logGroupName: logGroup });
      return cloud;
    } catch (error) {
      cloud.stop();
      throw error;
    }
  }

  stop(): void {
    if (this.aws?.connected) this.aws.disconnect();
    this.namespace.kill("SIGKILL");
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  private get network(): string {
    return `/proc/${this.namespace.pid}/ns/net`;
  }

  /** Runs shell commands in the cloud's network. */
  sh(commands: string): void {
    execFileSync("nsenter", [`--net=${this.network}`, "sh", "-euc", commands]);
  }

  private ask<T>(message: AwsMessage): Promise<T> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.answers.set(id, { resolve: resolve, reject });
      this.aws.send({ id, message });
    });
  }

  /** A request of the test itself to the local AWS, which accepts any signature but needs one. */
  private send(
    service: "s3" | "ec2" | "logs",
    requestPath: string,
    method: string,
    body?: string,
    more: Record<string, string> = {},
  ): Promise<string> {
    const scope = `Credential=test/20260101/${region}/${service}/aws4_request`;
    const headers = {
      authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0`,
      ...(service === "ec2" ? { "content-type": "application/x-www-form-urlencoded" } : {}),
      ...more,
    };
    return this.ask({ kind: "send", path: requestPath, method, headers, body });
  }

  putObject(key: string, text: string): Promise<string> {
    return this.send("s3", `/${bucket}/${key}`, "PUT", text);
  }

  readObject(key: string): Promise<string> {
    return this.send("s3", `/${bucket}/${key}`, "GET");
  }

  deleteObject(key: string): Promise<string> {
    return this.send("s3", `/${bucket}/${key}`, "DELETE");
  }

  private logs(action: string, request: object): Promise<string> {
    const target = {
      "x-amz-target": `Logs_20140328.${action}`,
      "content-type": "application/x-amz-json-1.1",
    };
    return this.send("logs", "/", "POST", JSON.stringify(request), target);
  }

  /** The messages in a stream of the nodes' log group. @throws Error if there is no such stream */
  async logEvents(logStreamName: string): Promise<string[]> {
    const answer = await this.logs("GetLogEvents", {
      logGroupName: logGroup,
      logStreamName,
      startFromHead: true,
    });
    return (JSON.parse(answer) as { events: { message: string }[] }).events.map(({ message }) => message);
  }

  /**
   * Empties it: nothing in the bucket, no member in the zone, three controllers wanted, every request
   * answered.
   */
  async empty(): Promise<void> {
    const list = await this.send("s3", `/${bucket}?list-type=2`, "GET");
    for (const [, key] of list.matchAll(/<Key>(.*?)<\/Key>/g)) await this.deleteObject(key);
    this.writeZone([]);
    await this.wantControllers(3);
    await this.inService();
    await this.fail([]);
    await this.calls();
  }

  /** An address that no node has used. */
  newAddress(): string {
    return `10.77.0.${++this.lastAddress}`;
  }

  /** Every request to AWS's host names since the last question. */
  calls(): Promise<AwsCall[]> {
    return this.ask({ kind: "calls" });
  }

  /** What AWS's service models say of all requests so far, but for those that `fail` answered. */
  checkedRequests(): Promise<CheckedRequests> {
    return this.ask({ kind: "checked requests" });
  }

  /** Sets the answers to the next requests. */
  fail(faults: Fault[]): Promise<void> {
    return this.ask({ kind: "faults", faults });
  }

  /** Adds an instance to the metadata service. */
  describe(instance: Instance): Promise<void> {
    return this.ask({ kind: "instance", instance });
  }

  /** Sets the desired capacity of the controllers' group. @default 3 */
  wantControllers(desired: number): Promise<void> {
    return this.ask({ kind: "capacity", desired });
  }

  /** Sets the controllers whose launch is complete in Auto Scaling. @default none */
  inService(...instances: Instance[]): Promise<void> {
    return this.ask({ kind: "in service", ids: instances.map(({ id }) => id) });
  }

  private ec2(parameters: Record<string, string>): Promise<string> {
    const form = new URLSearchParams({ Version: "2016-11-15", ...parameters });
    return this.send("ec2", "/", "POST", form.toString());
  }

  /** Launches instances in the local EC2; returns their ids. */
  async launch(count: number): Promise<string[]> {
    const number = String(count);
    const xml = await this.ec2({
      Action: "RunInstances",
      ImageId: "ami-12c6146b",
      MinCount: number,
      MaxCount: number,
    });
    return [...xml.matchAll(/<instanceId>(.*?)<\/instanceId>/g)].map(([, id]) => id);
  }

  /** Like Auto Scaling or a person. */
  async terminate(id: string): Promise<void> {
    await this.ec2({ Action: "TerminateInstances", "InstanceId.1": id });
  }

  /** The records that the discovery function would write for these members. */
  writeZone(members: Instance[]): void {
    const hosts = members.flatMap(({ id, address }) => [
      `${address} ${id}.etcd.${zone}`,
      `${address} etcd.${zone}`,
    ]);
    const aws = ["ec2", "autoscaling", "logs", "api.ecr", `${bucket}.s3`].map(
      (name) => `${gateway} ${name}.${region}.amazonaws.com`,
    );
    // Written in place, because the nodes have these very files mounted.
    fs.writeFileSync(
      path.join(this.shared, "hosts"),
      ["127.0.0.1 localhost", ...aws, ...hosts, ""].join("\n"),
    );
    const ports = { server: 2380, client: 2379 };
    const srv = Object.entries(ports).flatMap(([kind, port]) =>
      members.map(({ id }) => `_etcd-${kind}-ssl._tcp.${zone} IN SRV 0 0 ${port} ${id}.etcd.${zone}`),
    );
    fs.writeFileSync(path.join(this.shared, "srv"), srv.map((line) => `${line}\n`).join(""));
  }
}
