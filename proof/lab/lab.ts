import { TerminateInstanceInAutoScalingGroupCommand, AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { setTimeout as sleep } from "node:timers/promises";
import { observer } from "../local/aws/environment";
import { findRecords } from "../local/cluster";
import type { PublishedEvent } from "../local/publishedEvents";
import { listLeftovers, type Leftover } from "../local/leftovers";
import { DeadLetters } from "./cluster/deadLetters";
import type { Faults } from "./aws/faults";
import type { Trail } from "./aws/trail";
import type { ClientMachine } from "./clients/clientMachine";
import type { Cluster } from "./cluster/cluster";
import { putControlPath, type EventFaults } from "./cluster/controlPath";
import type { Kubernetes } from "./kubernetes/kubernetes";
import type { Load } from "./clients/load";
import { isHealthy, voters, type Members, type Observation } from "./clients/members";
import type { DnsFaults } from "./network/dnsFaults";
import type { InstanceUnitFailure, MachineEvent } from "./node/hypervisor";
import type { Machine } from "./node/machine";
import type { NodeStore } from "./cluster/nodeStore";
import { hookScale, type Parts } from "./parts";
import { until } from "./until";

const noAwsFaults: Record<keyof Faults, undefined> = {
  ...{ s3: undefined, metadata: undefined, credentialSeconds: undefined, interruptions: undefined },
};

/** The interval of etcd-reconcile.timer, and the time that a pass takes. */
const timerMilliseconds = 40_000;

/** An instance at a moment of its life, such as its power-on. */
export interface InstanceAt {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** A cluster on booted nodes, and everything that a drill does to it. */
export class Lab {
  readonly scale: number;
  /** The local AWS's: see `localAwsMood`. */
  readonly mood: string;
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
    this.mood = parts.mood;
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

  /** @throws Error if a stand-in runs in this lab instead */
  get kubernetes(): Kubernetes {
    if (!this.parts.kubernetes) throw new Error("the nodes of this lab run a stand-in for Kubernetes");
    return this.parts.kubernetes;
  }

  /** Milliseconds of a wait that AWS or a setting gives in minutes, at the scale of the run. */
  minutes(minutes: number): number {
    return minutes * 60_000 * this.scale;
  }

  /** Seconds after which a lifecycle hook with a time-out of so many minutes ends. */
  hookSeconds(minutes: number): number {
    return minutes * 60 * hookScale(this.scale);
  }

  /** Seconds in which a controller leaves: its target drains for three minutes at the scale of the run, then it goes. */
  get leavingSeconds(): number {
    return 120 + this.minutes(3) / 1000;
  }

  /** Lets a wait that is given in minutes pass, as long as `passing` says. Returns the seconds that passed. */
  async pass(minutes: number): Promise<number> {
    const passing = this.passing(minutes);
    await sleep(passing);
    return Math.round(passing / 1000);
  }

  /**
   * Milliseconds of a wait that is given in minutes, at the scale of the run. It is never less than the
   * nodes' own timers need, which run every half minute.
   */
  passing(minutes: number): number {
    return Math.max(this.minutes(minutes), timerMilliseconds);
  }

  /** The booted machines, the oldest first. */
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

  /** Units that have failed since the last call, on any machine, also on removed ones. */
  takeUnitFailures(): Promise<InstanceUnitFailure[]> {
    return this.parts.hypervisor.takeUnitFailures();
  }

  /** The machine of the current leader. */
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

  /** Waits until one more instance is powered on from now on. */
  poweredOn(): Promise<InstanceAt> {
    return this.next("powered on", 60 + this.minutes(5) / 1000);
  }

  /** Waits until Ignition has finished on one more instance from now on, whose system then boots. */
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

  /** Brings the group to this size. Returns whether it had another one. */
  async hasSize(size: number): Promise<boolean> {
    if ((await this.cluster.size()) === size) return false;
    await this.cluster.up({ "controlPlane.size": String(size) });
    return true;
  }

  /** Brings the group to this size and the cluster to health. It makes a new cluster if it must. */
  async hasCluster(size: number): Promise<void> {
    await this.noFaults();
    if (await this.hasSize(size)) await this.startFromNothing();
    const isWhole = (seen: Observation) => isHealthy(seen, size);
    const healthy = () => this.members.until(`${size} healthy voters`, 60 + this.leavingSeconds, isWhole);
    try {
      await healthy();
    } catch (error) {
      this.report(`  begins anew: ${error instanceof Error ? error.message : String(error)}`);
      await this.startFromNothing();
      await healthy();
    }
    await this.settled();
  }

  /** Brings the pool `workers` to this size, with its nodes in service. */
  async hasWorkers(count: number): Promise<void> {
    if ((await this.cluster.workers()).length === count) return;
    await this.cluster.up({ "workerPools.workers.min": String(count) });
    await this.settled();
  }

  /** Waits until all instances are in service. Each hook may take 15 minutes. */
  private settled(): Promise<void> {
    return this.cluster.settled(180 + this.hookSeconds(15));
  }

  /**
   * Removes all nodes, and all that the store knows of their cluster. The groups launch new ones, which are
   * all powered on at the same moment. Returns that moment in milliseconds since 1970. Unless `atOnce`, the
   * machines wait until the discovery function knows them: on AWS, booting takes longer than an event.
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
      const deliveries = (await this.publishedEvents()).flatMap((event) => event.deliveries);
      const pending = deliveries.filter(
        ({ outcome, invocation }) => outcome === "pending" || invocation?.outcome === "pending",
      );
      return pending.length === 0 || `${pending.length} are under way`;
    });
  }

  /** All events of this lab's AWS. */
  async publishedEvents(): Promise<PublishedEvent[]> {
    const answer = await fetch(new URL("/local-aws/events", this.parts.localAws));
    return (await answer.json()) as PublishedEvent[];
  }

  /** Auto Scaling's own command to replace an instance, which may leave the cluster first. */
  async terminate(id: string): Promise<void> {
    const order = { InstanceId: id, ShouldDecrementDesiredCapacity: false };
    await new AutoScalingClient(observer).send(new TerminateInstanceInAutoScalingGroupCommand(order));
  }

  /** Waits until the zone has exactly these instances as members. */
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

  /** The serial numbers of etcd's certificates on a machine, for clients and for peers. */
  async serialNumbers({ address }: Machine): Promise<readonly string[]> {
    return Promise.all([this.client.serialNumber(address, 2379), this.client.serialNumber(address, 2380)]);
  }

  async eventFaults(faults: EventFaults): Promise<void> {
    await putControlPath(this.parts.localAws, "/local-aws/faults", faults);
  }

  /** Returns once the whole cluster is healthy again. */
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

  /** Seconds from an instance's launch to its power-on, chosen at random between the two. */
  delayBoots(seconds: readonly [number, number]): void {
    this.parts.hypervisor.bootDelaySeconds = seconds;
  }

  /** Resources that a destroyed stack left in the local AWS. */
  async leftovers(): Promise<Leftover[]> {
    return listLeftovers(this.parts.python, this.parts.localAws.href, this.parts.region);
  }

  /** @throws Error if a machine is still there after a minute */
  async noMachines(): Promise<void> {
    await this.parts.hypervisor.areGone(this.machines().map(({ id }) => id));
  }
}
