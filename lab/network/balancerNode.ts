import { addition, Haproxy, inState, removal, serverStatuses, type Server } from "./haproxy";
import type { LoadBalancer } from "./loadBalancers";
import { Wire } from "./wire";

/** How a target does: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html#target-health-states */
export type TargetHealth = "initial" | "healthy" | "unhealthy";

/** A server that HAProxy has; with the time, in milliseconds since 1970, until which it keeps the connections it has. */
export interface KnownServer {
  readonly id: string;
  readonly leavesAt?: number;
}

/** What is to be done so that HAProxy has the targets that are registered. */
export interface ServerChanges {
  readonly add: readonly Server[];
  readonly drain: readonly string[];
  /** Registered anew before they were removed. */
  readonly resume: readonly string[];
  readonly remove: readonly string[];
}

/** Compares the servers there are with those that are registered. */
export function serverChanges(
  known: readonly KnownServer[],
  registered: readonly Server[],
  now: number,
): ServerChanges {
  const isRegistered = (id: string) => registered.some((server) => server.id === id);
  const gone = known.filter(({ id }) => !isRegistered(id));
  return {
    add: registered.filter(({ id }) => !known.some((server) => server.id === id)),
    drain: gone.filter(({ leavesAt }) => leavesAt === undefined).map(({ id }) => id),
    resume: known
      .filter(({ id, leavesAt }) => leavesAt !== undefined && isRegistered(id))
      .map(({ id }) => id),
    remove: gone.filter(({ leavesAt = Infinity }) => leavesAt <= now).map(({ id }) => id),
  };
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
    /** Path of its files, without their endings. */
    private readonly path: string,
  ) {}

  /** Lays its wire. */
  static async open(name: string, address: string, subnetCidr: string, path: string): Promise<BalancerNode> {
    return new BalancerNode(address, await Wire.lay({ name, address, subnetCidr }), path);
  }

  /** Makes HAProxy what the load balancer is, with these targets. */
  async update(balancer: LoadBalancer, registered: readonly Server[]): Promise<void> {
    const { port, idleSeconds, healthCheck } = balancer;
    const configured = JSON.stringify([port, idleSeconds, healthCheck]);
    if (!this.haproxy?.isRunning || configured !== this.configured) {
      await this.end();
      this.haproxy = await Haproxy.start(balancer, this.address, this.wire.namespace, this.path);
      this.configured = configured;
    }
    try {
      await this.updateServers(this.haproxy, balancer, registered);
    } catch (error) {
      await this.end(); // it begins anew with the next update
      throw error;
    }
  }

  /** What it finds of the targets. */
  async health(): Promise<Map<string, { health: TargetHealth; check: string }>> {
    const statuses = serverStatuses((await this.haproxy?.command("show stat healthy -1 -1")) ?? "");
    for (const { id, isUp } of statuses) if (isUp) this.proven.add(id);
    return new Map(
      statuses.map(({ id, isUp, check }) => [
        id,
        { health: isUp ? "healthy" : this.proven.has(id) ? "unhealthy" : "initial", check },
      ]),
    );
  }

  async close(): Promise<void> {
    await this.end();
    await this.wire.remove();
  }

  private async updateServers(
    haproxy: Haproxy,
    { healthCheck, deregistrationSeconds }: LoadBalancer,
    registered: readonly Server[],
  ): Promise<void> {
    const { add, drain, resume, remove } = serverChanges([...this.known.values()], registered, Date.now());
    for (const server of add) {
      const answer = await haproxy.command(addition(server, healthCheck));
      if (!/^New server registered\.\s+New server registered\.$/.test(answer))
        throw new Error(`${server.id}: ${answer}`);
      this.known.set(server.id, { id: server.id });
    }
    for (const id of drain) {
      await this.silently(haproxy, inState(id, "drain"));
      this.known.set(id, { id, leavesAt: Date.now() + deregistrationSeconds * 1000 });
    }
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
