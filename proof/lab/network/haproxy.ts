import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { HealthCheck, LoadBalancer } from "./loadBalancers";

/** Address at which a target listens. */
export interface Server {
  /** The instance's id. */
  readonly id: string;
  readonly address: string;
  readonly port: number;
}

/** State of a server in HAProxy: https://docs.haproxy.org/2.6/management.html#9.1 */
export interface ServerStatus {
  readonly id: string;
  readonly isUp: boolean;
  /** Words of the last check, such as `Layer7 check passed`. */
  readonly check: string;
}

const startSeconds = 10;

/**
 * HAProxy's configuration for the node of a load balancer at an address:
 * https://docs.haproxy.org/2.6/configuration.html
 * Servers are added and removed while it runs. There are two sets of them, because a load balancer without a
 * healthy target sends to all of its targets.
 */
export function haproxyConfiguration(balancer: LoadBalancer, address: string, socket: string): string {
  const { port, idleSeconds, healthCheck } = balancer;
  return `global
  stats socket ${socket} mode 600 level admin
  maxconn 2000
  nbthread 1
defaults
  mode tcp
  balance roundrobin
  # Whoever was sent to a target that does not answer has to try again himself.
  retries 0
  timeout connect ${healthCheck.timeout}s
  timeout client ${idleSeconds}s
  timeout server ${idleSeconds}s
frontend listener
  bind ${address}:${port}
  use_backend registered if { nbsrv(healthy) eq 0 }
  default_backend healthy
backend healthy
  timeout check ${healthCheck.timeout}s
${checkLines(healthCheck, `${address}:${port}`)}backend registered
`;
}

// The Host header names the load balancer's node, and AWS does not verify the target's certificate:
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html
const checkLines = ({ protocol, path: uri, matcher }: HealthCheck, node: string) =>
  protocol === "TCP"
    ? ""
    : `  option httpchk
  http-check send meth GET uri ${uri} ver HTTP/1.1 hdr Host ${node} hdr User-Agent ELB-HealthChecker/2.0
  http-check expect status ${matcher}
`;

/**
 * Commands that add a server; it gets no connection before it is found healthy
 * (https://docs.haproxy.org/2.6/management.html#9.3-add%20server).
 */
export function addition({ id, address, port }: Server, check: HealthCheck): string {
  const tls = check.protocol === "HTTPS" ? "check-ssl verify none " : "";
  const thresholds = `inter ${check.interval}s fall ${check.unhealthyThreshold} rise ${check.healthyThreshold}`;
  return [
    `add server healthy/${id} ${address}:${port} check ${tls}port ${check.port} ${thresholds} on-marked-down shutdown-sessions`,
    `enable health healthy/${id}`,
    `enable server healthy/${id}`,
    `set server healthy/${id} health down`,
    `add server registered/${id} ${address}:${port}`,
    `enable server registered/${id}`,
  ].join("; ");
}

/** Commands for a server that gets new connections, or keeps only those it has. */
export const inState = (id: string, state: "ready" | "drain"): string =>
  ["healthy", "registered"].map((backend) => `set server ${backend}/${id} state ${state}`).join("; ");

/**
 * Commands that end a server's connections and remove it; HAProxy refuses the last one until all are closed.
 */
export const removal = (id: string): string =>
  ["healthy", "registered"]
    .flatMap((backend) => [
      `set server ${backend}/${id} state maint`,
      `shutdown sessions server ${backend}/${id}`,
      `del server ${backend}/${id}`,
    ])
    .join("; ");

/** Parses the answer to `show stat`. */
export function serverStatuses(csv: string): ServerStatus[] {
  const [head = "", ...rows] = csv.trim().split("\n");
  const names = head.replace("# ", "").split(",");
  const column = (row: string, name: string) => row.split(",")[names.indexOf(name)] ?? "";
  return rows
    .filter((row) => row.startsWith("healthy,") && column(row, "svname") !== "BACKEND")
    .map((row) => ({
      id: column(row, "svname"),
      isUp: column(row, "status").startsWith("UP"),
      check: column(row, "check_desc"),
    }));
}

/** HAProxy in a network namespace, and its command socket. */
export class Haproxy {
  private constructor(
    private readonly process: ChildProcess,
    private readonly socket: string,
  ) {}

  /**
   * Resolves once it accepts commands. `program` is HAProxy's; `file` with an extension names its
   * configuration and its log.
   */
  static async start(
    program: string,
    balancer: LoadBalancer,
    address: string,
    namespace: string,
    file: string,
  ): Promise<Haproxy> {
    const socket = `/run/${path.basename(file)}.sock`; // names of sockets are short
    rmSync(socket, { force: true });
    writeFileSync(`${file}.cfg`, haproxyConfiguration(balancer, address, socket));
    const log = openSync(`${file}.log`, "a");
    const child = spawn("nsenter", [`--net=${namespace}`, program, "-db", "-f", `${file}.cfg`], {
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    const haproxy = new Haproxy(child, socket);
    for (const deadline = Date.now() + startSeconds * 1000; Date.now() < deadline; await sleep(20)) {
      if (!haproxy.isRunning) break;
      if (existsSync(socket)) return haproxy;
    }
    await haproxy.end();
    throw new Error(`HAProxy does not start at ${address}: see ${file}.log`);
  }

  get isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** HAProxy's answer to commands; it has no other sign of failure. */
  async command(commands: string): Promise<string> {
    const socket = connect(this.socket);
    socket.setTimeout(5000, () => socket.destroy(new Error(`HAProxy does not answer to \`${commands}\``)));
    socket.end(`${commands}\n`);
    let answer = "";
    for await (const chunk of socket) answer += String(chunk);
    return answer.trim();
  }

  async end(): Promise<void> {
    if (!this.isRunning) return;
    const ended = once(this.process, "exit");
    this.process.kill("SIGKILL");
    await ended;
  }
}
