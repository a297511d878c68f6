import { addition, Haproxy, inState, removal, serverStatuses, type Server } from "./haproxy";
import type { LoadBalancer } from "./loadBalancers";
import { Wire } from "./wire";

/**
 * State of a target, with the reason:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
 */
export interface FoundHealth {
  readonly state: "initial" | "healthy" | "unhealthy";
  readonly reason?: "Elb.InitialHealthChecking" | "Target.FailedHealthChecks";
  /** In HAProxy's words. */
  readonly description?: string;
}

/** A server of HAProxy. A deregistered one has times, in milliseconds since 1970. */
export interface KnownServer {
  readonly id: string;
  /** Until then it gets new connections. */
  readonly drainsAt?: number;
  /** Until then it keeps the connections it has. */
  readonly leavesAt?: number;
}

/** The changes that make HAProxy's servers equal to the registered targets. */
export interface ServerChanges {
  readonly add: readonly Server[];
  /** No targets any more: from now on the times count. */
  readonly deregister: readonly string[];
  /** Said again until they are removed. */
  readonly drain: readonly string[];
  /** Targets that were registered again before HAProxy removed them. */
  readonly resume: readonly string[];
  readonly remove: readonly string[];
}

/**
 * Seconds for which a target gets new connections after its deregistration. AWS documents no number; about
 * two minutes were measured: https://github.com/aws/containers-roadmap/issues/470
 */
const lateConnectionSeconds = 120;

/** Compares HAProxy's servers with the registered targets. */
export function serverChanges(
  known: readonly KnownServer[],
  registered: readonly Server[],
  now: number,
): ServerChanges {
  const isRegistered = (id: string) => registered.some((server) => server.id === id);
  const gone = known.filter(({ id }) => !isRegistered(id));
  return {
    add: registered.filter(({ id }) => !known.some((server) => server.id === id)),
    deregister: gone.filter(({ leavesAt }) => leavesAt === undefined).map(({ id }) => id),
    drain: gone
      .filter(({ drainsAt = Infinity, leavesAt = 0 }) => drainsAt <= now && now < leavesAt)
      .map(({ id }) => id),
    resume: known
      .filter(({ id, leavesAt }) => leavesAt !== undefined && isRegistered(id))
      .map(({ id }) => id),
    remove: gone.filter(({ leavesAt = Infinity }) => leavesAt <= now).map(({ id }) => id),
  };
}

/** The health of targets that every node has checked: healthy if all nodes say so. */
export function commonHealth(
  ofNodes: readonly Readonly<Record<string, FoundHealth>>[],
): Record<string, FoundHealth> {
  const common: Record<string, FoundHealth> = {};
  for (const found of ofNodes) {
    for (const [id, health] of Object.entries(found)) {
      if (common[id] === undefined || common[id].state === "healthy") common[id] = health;
    }
  }
  return common;
}

/** A load balancer's node in one of its subnets: an address, and HAProxy that listens there. */
export class BalancerNode {
  private haproxy: Haproxy | undefined;
  /** The listener and the check that HAProxy was started with. */
  private configured = "";
  private readonly known = new Map<string, KnownServer>();
  /** Targets that were healthy at least once. */
  private readonly proven = new Set<string>();

  private constructor(
    readonly address: string,
    private readonly wire: Wire,
    /** Path of its files, without the extensions. */
    private readonly file: string,
    private readonly program: string,
    private readonly timeScale: number,
  ) {}

  /** Makes its network interface. `program` is HAProxy's; `timeScale` multiplies the waits after a deregistration. */
  static async open(
    name: string,
    address: string,
    subnetCidr: string,
    file: string,
    program: string,
    timeScale: number,
  ): Promise<BalancerNode> {
    return new BalancerNode(address, await Wire.lay({ name, address, subnetCidr }), file, program, timeScale);
  }

  /** Makes HAProxy equal to the load balancer, with these targets. */
  async update(balancer: LoadBalancer, registered: readonly Server[]): Promise<void> {
    const { port, idleSeconds, healthCheck } = balancer;
    const configured = JSON.stringify([port, idleSeconds, healthCheck]);
    if (!this.haproxy?.isRunning || configured !== this.configured) {
      await this.end();
      this.haproxy = await Haproxy.start(
        this.program,
        balancer,
        this.address,
        this.wire.namespace,
        this.file,
      );
      this.configured = configured;
    }
    try {
      await this.updateServers(this.haproxy, balancer, registered);
    } catch (error) {
      await this.end(); // the next update starts it again
      throw error;
    }
  }

  /** The health of the targets, by id. */
  async health(): Promise<Record<string, FoundHealth>> {
    const statuses = serverStatuses((await this.haproxy?.command("show stat healthy -1 -1")) ?? "");
    for (const { id, isUp } of statuses) if (isUp) this.proven.add(id);
    return Object.fromEntries(
      statuses.map(({ id, isUp, check }) => [id, foundHealth(isUp, this.proven.has(id), check)]),
    );
  }

  async close(): Promise<void> {
    await this.end();
    await this.wire.remove();
  }

  private async updateServers(
    haproxy: Haproxy,
    { healthCheck, deregistrationSeconds, draining }: LoadBalancer,
    registered: readonly Server[],
  ): Promise<void> {
    const now = Date.now();
    const changes = serverChanges([...this.known.values()], registered, now);
    const { add, deregister, drain, resume, remove } = changes;
    for (const server of add) {
      const answer = await haproxy.command(addition(server, healthCheck));
      if (!/^New server registered\.\s+New server registered\.$/.test(answer))
        throw new Error(`${server.id}: ${answer}`);
      this.known.set(server.id, { id: server.id });
    }
    for (const id of deregister) {
      const after = (seconds: number) => now + seconds * 1000 * this.timeScale;
      const isLate = draining.includes(id);
      const drainsAt = after(isLate ? Math.min(lateConnectionSeconds, deregistrationSeconds) : 0);
      this.known.set(id, { id, drainsAt, leavesAt: after(deregistrationSeconds) });
    }
    // A target that has gone without draining gets no connection any more.
    const vanished = deregister.filter((id) => !draining.includes(id));
    for (const id of [...drain, ...vanished]) await this.silently(haproxy, inState(id, "drain"));
    for (const id of resume) {
      await this.silently(haproxy, inState(id, "ready"));
      this.known.set(id, { id });
    }
    for (const id of remove) {
      const answer = await haproxy.command(removal(id));
      if (answer.match(/Server deleted|No such server/g)?.length !== 2) continue; // not all connections are closed yet
      this.known.delete(id);
      this.proven.delete(id);
    }
  }

  private async silently(haproxy: Haproxy, commands: string): Promise<void> {
    const answer = await haproxy.command(commands);
    if (answer) throw new Error(`HAProxy answers "${answer}" to \`${commands}\``);
  }

  private async end(): Promise<void> {
    await this.haproxy?.end();
    this.haproxy = undefined;
    this.known.clear();
  }
}

/** The health of a target, from HAProxy's state, its history and the words of its last check. */
export function foundHealth(isUp: boolean, wasUp: boolean, check: string): FoundHealth {
  if (isUp) return { state: "healthy" };
  if (!wasUp && !hasFailed(check))
    return { state: "initial", reason: "Elb.InitialHealthChecking", description: check };
  return { state: "unhealthy", reason: "Target.FailedHealthChecks", description: check };
}

// The words for the codes INI, UNK and *OK: https://docs.haproxy.org/2.6/management.html#9.1 (check_status)
const hasFailed = (check: string) => !/^$|^Initializing|^Unknown|check passed/.test(check);
