import { setTimeout as sleep } from "node:timers/promises";
import { DescribeSubnetsCommand, type EC2Client } from "@aws-sdk/client-ec2";
import { Wire } from "../network/wire";
import { changes, describeInstances, type Instance } from "./instances";
import { Machine, type Hardware, type Happening } from "./machine";
import type { UnitFailure } from "./unitFailures";

/** An event of an instance. */
export interface MachineEvent {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly instance: string;
  readonly what: "launched" | Happening;
  readonly detail?: string;
}

/** A unit that failed on an instance. */
export interface InstanceUnitFailure extends UnitFailure {
  readonly instance: string;
}

export interface HypervisorArgs {
  /** Of the local AWS. */
  readonly ec2: EC2Client;
  readonly hardware: Hardware;
  /** Called when instances have come or gone, before the new ones are switched on. */
  readonly onInstances: (running: readonly Instance[]) => Promise<void>;
  readonly report: (line: string) => void;
}

const pollMilliseconds = 500;
const patienceSeconds = 60;

/**
 * Makes machines for the instances that EC2 lists. An instance that runs there is switched on here; one that
 * is terminated there disappears here.
 */
export class Hypervisor {
  /** Every event, the oldest first. */
  readonly events: MachineEvent[] = [];
  /** Seconds from an instance's launch to its power-on, chosen at random between the two. @default - none */
  bootDelaySeconds: readonly [number, number] | undefined;

  /** Failed units that nobody has read yet. */
  private readonly unitFailures: InstanceUnitFailure[] = [];
  private readonly machinesById = new Map<string, Machine>();
  /** Machines that are being removed. */
  private readonly leaving = new Set<string>();
  /** Instances for which this hypervisor makes no machine. */
  private readonly foreign = new Set<string>();
  private running = "";
  /** Power-ons wait for this while they are held. */
  private gate: { readonly opened: Promise<void>; readonly open: () => void } | undefined;
  private isStopped = false;
  private loop = Promise.resolve();

  constructor(private readonly args: HypervisorArgs) {}

  /** Follows EC2 from now on. */
  start(): void {
    this.loop = this.follow();
  }

  /** The existing machines, the oldest first. */
  machines(): readonly Machine[] {
    return [...this.machinesById.values()];
  }

  /** Switches nothing on until `release`. */
  hold(): void {
    if (this.gate) return;
    let open = () => {};
    const opened = new Promise<void>((resolve) => (open = resolve));
    this.gate = { opened, open };
  }

  /** Switches on all held machines at once. */
  release(): void {
    this.gate?.open();
    this.gate = undefined;
  }

  /** Waits until these instances have no machine any more. @throws Error that names the rest after a minute */
  async areGone(ids: readonly string[]): Promise<void> {
    const left = () => ids.filter((id) => this.machinesById.has(id) || this.leaving.has(id));
    for (const deadline = Date.now() + patienceSeconds * 1000; left().length > 0; await sleep(50)) {
      if (Date.now() > deadline)
        throw new Error(`still there after ${patienceSeconds} s: ${left().join(", ")}`);
    }
  }

  /** Units that have failed since the last call, on all machines, also on removed ones; the oldest first. */
  async takeUnitFailures(): Promise<InstanceUnitFailure[]> {
    await Promise.all(this.machines().map((machine) => machine.readJournal()));
    await this.areGone([...this.leaving]);
    return this.unitFailures.splice(0).sort((one, other) => one.time - other.time);
  }

  /** Ends all machines at once. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.release();
    await this.loop;
    await Promise.all(this.machines().map((machine) => this.remove(machine)));
  }

  private async follow(): Promise<void> {
    for (; !this.isStopped; await sleep(pollMilliseconds)) {
      try {
        await this.reconcile(await describeInstances(this.args.ec2));
      } catch (error) {
        this.args.report(`hypervisor: ${(error as Error).message}`);
      }
    }
  }

  private async reconcile(instances: readonly Instance[]): Promise<void> {
    const mine = instances.filter((instance) => this.isBootable(instance));
    const { launched, gone } = changes(mine, [...this.machinesById.keys()]);
    for (const id of gone) {
      const machine = this.machinesById.get(id);
      if (machine) void this.remove(machine);
    }
    const running = mine.filter(({ state }) => state === "running");
    const ids = running.map(({ id }) => id).join(" ");
    if (ids !== this.running) await this.args.onInstances(running);
    this.running = ids;
    for (const instance of launched) {
      const machine = await this.assemble(instance);
      void this.powerOn(machine);
    }
  }

  private isBootable({ id, state, architecture }: Instance): boolean {
    if (architecture === "x86_64") return true;
    if (state === "running" && !this.foreign.has(id)) {
      this.args.report(`${id} is not booted: its architecture is ${architecture}, and this machine's x86_64`);
      this.foreign.add(id);
    }
    return false;
  }

  private async assemble(instance: Instance): Promise<Machine> {
    this.note(instance.id, "launched");
    const subnetCidr = await this.subnetCidr(instance.subnetId);
    const wire = await Wire.lay({ name: instance.id, address: instance.address, subnetCidr });
    const machine = new Machine(
      instance,
      wire,
      this.args.hardware,
      (what, detail) => this.note(instance.id, what, detail),
      (failure) => this.unitFailures.push({ instance: instance.id, ...failure }),
    );
    this.machinesById.set(instance.id, machine);
    return machine;
  }

  private async powerOn(machine: Machine): Promise<void> {
    const [least, most] = this.bootDelaySeconds ?? [0, 0];
    await sleep((least + Math.random() * (most - least)) * 1000);
    await this.gate?.opened;
    if (!this.machinesById.has(machine.id)) return;
    await machine.powerOn().catch((error: Error) => this.note(machine.id, "failed", error.message));
  }

  private async remove(machine: Machine): Promise<void> {
    this.machinesById.delete(machine.id);
    this.leaving.add(machine.id);
    try {
      await machine.remove();
    } catch (error) {
      this.note(machine.id, "failed", (error as Error).message);
    } finally {
      this.leaving.delete(machine.id);
    }
  }

  private async subnetCidr(subnetId: string): Promise<string> {
    const { Subnets = [] } = await this.args.ec2.send(new DescribeSubnetsCommand({ SubnetIds: [subnetId] }));
    return Subnets[0]?.CidrBlock ?? "";
  }

  private note(instance: string, what: MachineEvent["what"], detail?: string): void {
    this.events.push({ time: Date.now(), instance, what, detail });
    if (what === "failed") this.args.report(`${instance} ${what}: ${detail}`);
  }
}
