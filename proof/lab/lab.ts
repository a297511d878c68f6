import { TerminateInstanceInAutoScalingGroupCommand, AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { setTimeout as sleep } from "node:timers/promises";
import { findRecords } from "../local/cluster";
import type { PublishedEvent } from "../local/publishedEvents";
import { listLeftovers, type Leftover } from "../local/leftovers";
import { DeadLetters } from "./cluster/deadLetters";
import type { Faults } from "./aws/faults";
import type { Trail } from "./aws/trail";
import type { ClientMachine } from "./clients/clientMachine";
import type { Cluster } from "./cluster/cluster";
import { putControlPath } from "./cluster/controlPath";
import type { Kubernetes } from "./kubernetes/kubernetes";
import type { Load } from "./clients/load";
import { isHealthy, voters, type Members, type Observation } from "./clients/members";
import type { DnsFaults } from "./network/dnsFaults";
import type { Hypervisor, InstanceUnitFailure, MachineEvent } from "./node/hypervisor";
import type { Machine } from "./node/machine";
import type { NodeStore } from "./cluster/nodeStore";
import { until } from "./until";

/** Faults of the local AWS itself: see its control path `/local-aws/faults`. */
export interface EventFaults {
  readonly events?: {
    readonly delaySeconds?: readonly [number, number];
    readonly duplicate?: number;
    readonly drop?: number;
  };
  readonly functions?: Readonly<Record<string, "fail">>;
}

const noAwsFaults: Record<keyof Faults, undefined> = {
  ...{ s3: undefined, metadata: undefined, credentialSeconds: undefined, interruptions: undefined },
};

/** etcd-reconcile.timer, and the time that a pass takes. */
const timerMilliseconds = 40_000;

/** What a lab consists of. */
export interface Parts {
  readonly scale: number;
  readonly report: (line: string) => void;
  readonly localAws: URL;
  readonly region: string;
  /** Python with the local AWS's packages. */
  readonly python: string;
  readonly versions: { readonly etcd: string; readonly kubernetes: string };
  readonly cluster: Cluster;
  readonly store: NodeStore;
  readonly hypervisor: Hypervisor;
  readonly members: Members;
  readonly client: ClientMachine;
  /** Undefined where something stands in for it. */
  readonly kubernetes?: Kubernetes;
  readonly awsFaults: Faults;
  /** Every call to AWS by nodes and functions. */
  readonly trail: Trail;
  readonly dnsFaults: DnsFaults;
}

/** An instance when something happened to it, such as its power-on. */
export interface InstanceAt {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** A cluster on booted nodes, and everything that a drill does to it. */
export class Lab {
  readonly scale: number;
  readonly report: (line: string) => void;
  readonly cluster: Cluster;
  readonly store: NodeStore;
  readonly members: Members;
  readonly client: ClientMachine;
  readonly awsFaults: Faults;
  readonly trail: Trail;
  readonly dnsFaults: DnsFaults;
  readonly versions: Parts["versions"];
  readonly deadLetters: DeadLetters;

  constructor(private readonly parts: Parts) {
    this.scale = parts.scale;
    this.report = parts.report;
    this.cluster = parts.cluster;
    this.store = parts.store;
    this.members = parts.members;
    this.client = parts.client;
    this.awsFaults = parts.awsFaults;
    this.trail = parts.trail;
    this.dnsFaults = parts.dnsFaults;
    this.versions = parts.versions;
    this.deadLetters = new DeadLetters(parts.cluster.outputs.discoveryFunctionName);
  }

  /** @throws Error if something stands in for it in this lab */
  get kubernetes(): Kubernetes {
    if (!this.parts.kubernetes) throw new Error("the nodes of this lab run a stand-in for Kubernetes");
    return this.parts.kubernetes;
  }

  /** Milliseconds of a wait that is named in minutes, at the scale of the run. */
  minutes(minutes: number): number {
    return minutes * 60_000 * this.scale;
  }

  /** Seconds within which a controller leaves: its target drains for three minutes at the scale of the run, and it goes then. */
  get leavingSeconds(): number {
    return 120 + this.minutes(3) / 1000;
  }

  /** Lets a wait that is named in minutes pass, as long as `passing` says. Returns the seconds that passed. */
  async pass(minutes: number): Promise<number> {
    const passing = this.passing(minutes);
    await sleep(passing);
    return Math.round(passing / 1000);
  }

  /**
   * Milliseconds of a wait that is named in minutes, at the scale of the run, but never less than the nodes' own timers need:
   * every half minute they look for what there is to remove or to restore.
   */
  passing(minutes: number): number {
    return Math.max(this.minutes(minutes), timerMilliseconds);
  }

  /** The machines that are booted, the oldest first. */
  machines(): readonly Machine[] {
    return this.parts.hypervisor.machines();
  }

  /** @throws Error if no booted machine has this instance's id */
  machine(id: string): Machine {
    const machine = this.machines().find((candidate) => candidate.id === id);
    if (!machine)
      throw new Error(
        `instance ${id} has no machine; there are ${this.machines()
          .map((one) => one.id)
          .join(", ")}`,
      );
    return machine;
  }

  /** Units that have failed since the last call, on any machine, be it gone by now. */
  takeUnitFailures(): Promise<InstanceUnitFailure[]> {
    return this.parts.hypervisor.takeUnitFailures();
  }

  /** The machine of the member that leads now. */
  async leader(): Promise<Machine> {
    const seen = await this.members.until("a leader", 30, ({ leader }) => leader !== "");
    return this.machine(seen.members.find(({ id }) => id === seen.leader)?.name ?? "");
  }

  /** The machine of a voter that does not lead, and is not `except`. */
  async follower(except?: string): Promise<Machine> {
    const seen = await this.members.until("a leader", 30, ({ leader }) => leader !== "");
    const follower = voters(seen).find(({ id, name }) => id !== seen.leader && name !== except);
    return this.machine(follower?.name ?? "");
  }

  /** Waits until one more instance is powered on, from now on. */
  poweredOn(): Promise<InstanceAt> {
    return this.next("powered on", 60 + this.minutes(5) / 1000);
  }

  /** Waits until Ignition has done its work on one more instance, whose system boots then, from now on. */
  configured(): Promise<InstanceAt> {
    return this.next("configured", 120 + this.minutes(20) / 1000);
  }

  private async next(what: MachineEvent["what"], seconds: number): Promise<InstanceAt> {
    const { events } = this.parts.hypervisor;
    const first = events.length;
    let found: MachineEvent | undefined;
    await until(`an instance is ${what}`, seconds, () => {
      found = events.slice(first).find((event) => event.what === what);
      return found !== undefined || "none is";
    });
    return { id: found!.instance, time: found!.time };
  }

  /** Brings the group to this size and the cluster to health, anew if need be. */
  async hasCluster(size: number): Promise<void> {
    await this.noFaults();
    if ((await this.cluster.size()) !== size) {
      await this.cluster.up({ "controlPlane.size": String(size) });
      await this.startFromNothing();
    }
    const isWhole = (seen: Observation) => isHealthy(seen, size);
    const healthy = () => this.members.until(`${size} healthy voters`, 60 + this.leavingSeconds, isWhole);
    try {
      await healthy();
    } catch (error) {
      this.report(`  begins anew: ${error instanceof Error ? error.message : String(error)}`);
      await this.startFromNothing();
      await healthy();
    }
    await this.cluster.settled(180 + this.minutes(15) / 1000);
  }

  /** Brings the pool `workers` to this size, its nodes in service. */
  async hasWorkers(count: number): Promise<void> {
    if ((await this.cluster.workers()).length !== count) {
      await this.cluster.up({ "workerPools.workers.min": String(count) });
    }
    await this.cluster.settled(180 + this.minutes(15) / 1000);
  }

  /**
   * Throws all nodes and what the store knows of their cluster away; the groups launch new ones, all powered on
   * at the same moment, which is returned in milliseconds since 1970. Before it, unless `atOnce`, the discovery function
   * has heard of them: on AWS an instance takes longer to boot than an event to arrive.
   */
  async startFromNothing({ atOnce = false } = {}): Promise<number> {
    const { hypervisor, cluster, store } = this.parts;
    hypervisor.hold();
    const workers = await cluster.workers();
    const old = [...(await cluster.controllers()), ...workers];
    const ids = old.map(({ id }) => id);
    await cluster.vanish(ids);
    await hypervisor.areGone(ids);
    await store.forgetEtcd();
    await this.members.begin();
    await cluster.launched(((await cluster.size()) ?? 0) + workers.length, new Set(ids));
    await cluster.letGo(old);
    if (!atOnce) await this.eventsAreHeard();
    const poweredOn = Date.now();
    hypervisor.release();
    return poweredOn;
  }

  private async eventsAreHeard(): Promise<void> {
    await until("all events are delivered", 60, async () => {
      const answer = await fetch(new URL("/local-aws/events", this.parts.localAws));
      const deliveries = ((await answer.json()) as PublishedEvent[]).flatMap((event) => event.deliveries);
      const pending = deliveries.filter(
        ({ outcome, invocation }) => outcome === "pending" || invocation?.outcome === "pending",
      );
      return pending.length === 0 || `${pending.length} are under way`;
    });
  }

  /** Auto Scaling's own order to replace an instance: it may leave first. */
  async terminate(id: string): Promise<void> {
    const order = { InstanceId: id, ShouldDecrementDesiredCapacity: false };
    await new AutoScalingClient({}).send(new TerminateInstanceInAutoScalingGroupCommand(order));
  }

  /** Waits until the zone names exactly these instances as members. */
  async recordsAre(names: readonly string[]): Promise<void> {
    const { zoneId, zoneName } = this.cluster.outputs;
    const wanted = [...names].sort().join(" ");
    await until(`the zone names ${wanted}`, 60 + this.minutes(2) / 1000, async () => {
      const records = await findRecords(zoneId);
      const servers = records.find(({ name }) => name === `_etcd-server-ssl._tcp.${zoneName}`);
      const named = (servers?.values ?? []).map((value) => /i-[0-9a-f]+/.exec(value)?.[0] ?? value);
      return named.sort().join(" ") === wanted || `it names ${named.join(" ") || "nobody"}`;
    });
  }

  startLoad(history: string): Load {
    return this.client.load(history);
  }

  /** The serial numbers of the certificates that etcd on a machine shows to clients and to peers. */
  async serialNumbers({ address }: Machine): Promise<readonly string[]> {
    return Promise.all([this.client.serialNumber(address, 2379), this.client.serialNumber(address, 2380)]);
  }

  async eventFaults(faults: EventFaults): Promise<void> {
    await putControlPath(this.parts.localAws, "/local-aws/faults", faults);
  }

  /** Everything works again. */
  async noFaults(): Promise<void> {
    await this.eventFaults({});
    Object.assign(this.awsFaults, noAwsFaults);
    Object.assign(this.dnsFaults, {
      delayMilliseconds: undefined,
      dropShare: undefined,
      partialShare: undefined,
    });
    this.parts.hypervisor.bootDelaySeconds = undefined;
  }

  /** Seconds from an instance's launch to its power-on, by chance between the two. */
  delayBoots(seconds: readonly [number, number]): void {
    this.parts.hypervisor.bootDelaySeconds = seconds;
  }

  /** What a destroyed stack left in the local AWS. */
  async leftovers(): Promise<Leftover[]> {
    return listLeftovers(this.parts.python, this.parts.localAws.href, this.parts.region);
  }

  /** @throws Error if a machine is still there after a minute */
  async noMachines(): Promise<void> {
    await this.parts.hypervisor.areGone(this.machines().map(({ id }) => id));
  }
}
