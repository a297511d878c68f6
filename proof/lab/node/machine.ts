import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { copyFile, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lastLines, type ExecuteOptions, type Outcome } from "../execute";
import { addToNode, copyImageStore, withoutContainers } from "../kubernetes/node";
import type { Wire } from "../network/wire";
import { Container, type Ending } from "./container";
import { Disk } from "./disk";
import { applyIgnition } from "./ignition";
import type { Instance } from "./instances";
import { failuresOnDisk, type UnitFailure } from "./unitFailures";

/** What all machines share. */
export interface Hardware {
  /** Root file system that disks start with (`baseRoot`). */
  readonly baseRoot: string;
  /** Path of Ignition. */
  readonly ignition: string;
  /** PEM of the certificate authority of the lab's AWS, which nodes trust. */
  readonly authority: string;
  /** Address of the VPC's resolver. */
  readonly resolver: string;
  /** Folder for disks; on tmpfs they are gone with the lab. */
  readonly disks: string;
  /** Folder that gets `<instance id>/console.log` and `<instance id>/ignition.log`. */
  readonly logs: string;
  /** Factor for Flatcar's five minutes in the emergency shell, after which it reboots and tries again. */
  readonly timeScale: number;
  /** containerd's folder that disks start with. @default - nodes run no containers */
  readonly imageStore?: string;
}

/** States of a machine, in this order; `failed` may replace `booted`, and `off` may come at any time. */
export type Happening = "powered on" | "configured" | "booted" | "failed" | "off" | "gone";

const bootSeconds = 60;
const emergencySeconds = 300;
const importSeconds = 300;

/** One EC2 instance as a machine: a disk, a network link, and a systemd that boots from the disk. */
export class Machine {
  readonly id: string;
  private container: Container | undefined;
  private disk: Disk | undefined;
  /** The boot in progress, or the last one. */
  private starting = Promise.resolve();
  private readonly removal = new AbortController();
  /** The last reading of the journal, and how many failed units were reported until then. */
  private reading = Promise.resolve();
  private toldFailures = 0;

  constructor(
    readonly instance: Instance,
    private readonly wire: Wire,
    private readonly hardware: Hardware,
    private readonly happens: (what: Happening, detail?: string) => void,
    /** Called for each failed unit when the journal is read, at the latest before the disk is removed. */
    private readonly unitFails: (failure: UnitFailure) => void,
  ) {
    this.id = instance.id;
  }

  /** File with the console's output. */
  get console(): string {
    return path.join(this.hardware.logs, this.id, "console.log");
  }

  /** As Flatcar takes it from DHCP: only the first label. In Kubernetes the node has the whole name. */
  get kernelHostname(): string {
    return this.instance.hostname.replace(/\..*$/, "");
  }

  /** Private IPv4 address. */
  get address(): string {
    return this.instance.address;
  }

  /** Whether commands can be run on it. */
  get isOn(): boolean {
    return this.container !== undefined;
  }

  /** The first boot, from an empty disk; resolves when systemd has reached basic.target. */
  powerOn(): Promise<void> {
    this.starting = this.firstBoot();
    return this.starting;
  }

  /** A clean reboot by systemd; resolves when the machine is up again. */
  async reboot(): Promise<void> {
    const container = this.running();
    const { status, stderr } = await container.run(["systemctl", "reboot"]);
    if (status !== 0) throw new Error(`${this.id} does not reboot: ${stderr}`);
    await container.ended;
    await this.starting;
  }

  /** Like a short power failure: no process ends cleanly, no connection is closed, the disk stays. */
  async powerCycle(): Promise<void> {
    await this.crash();
    await this.wire.mend();
    await this.start();
  }

  /** Shuts down cleanly; the disk stays. */
  async shutDown(): Promise<void> {
    await this.ending(this.running()).shutDown();
  }

  /** Boots again from the disk. */
  start(): Promise<void> {
    this.starting = this.boot();
    return this.starting;
  }

  /** Like the loss of the host: all processes, packets and the disk are gone at once. */
  async remove(): Promise<void> {
    if (this.isRemoved) return;
    this.removal.abort();
    await this.crash();
    await this.starting.catch(() => undefined);
    await this.readJournal();
    const { disk } = this;
    this.disk = undefined;
    await disk?.remove();
    await this.wire.remove();
    this.happens("gone");
  }

  /** Runs a command as root, whatever its exit status. */
  run(command: readonly string[], options?: Omit<ExecuteOptions, "env">): Promise<Outcome> {
    return this.running().run(command, options);
  }

  /**
   * Reports each unit that has failed since the last reading, in any boot. A journal that cannot be read
   * counts as a failure.
   */
  readJournal(): Promise<void> {
    this.reading = this.reading.then(async () => {
      if (!this.disk) return;
      try {
        const failures = await failuresOnDisk(this.disk.root);
        failures.slice(this.toldFailures).forEach(this.unitFails);
        this.toldFailures = failures.length;
      } catch (error) {
        const result = `its journal cannot be read: ${(error as Error).message}`;
        this.unitFails({ unit: "any unit", result, time: Date.now() });
      }
    });
    return this.reading;
  }

  /** Adds the container images of an archive to those that the node has. */
  async importImages(archive: string): Promise<void> {
    if (!this.disk) throw new Error(`${this.id} has no disk`);
    const copy = path.join(this.disk.volume("containerd"), "import.tar");
    await copyFile(archive, copy);
    const inside = "/var/lib/containerd/import.tar";
    const importing = ["ctr", "--namespace", "k8s.io", "images", "import", inside];
    const { status, stderr } = await this.run(importing, { seconds: importSeconds });
    await rm(copy);
    if (status !== 0) throw new Error(`${this.id} does not import ${archive}: ${lastLines(stderr)}`);
  }

  /** Drops all packets from and to the machine, without an error to either side. */
  cut(): Promise<void> {
    return this.wire.cut();
  }

  /** Undoes `cut`. */
  mend(): Promise<void> {
    return this.wire.mend();
  }

  private get isRemoved(): boolean {
    return this.removal.signal.aborted;
  }

  private async crash(): Promise<void> {
    // The link goes first, so that no process can send anything at its end.
    await this.wire.cut();
    if (this.container) await this.ending(this.container).kill();
  }

  /** DHCP's answer to an instance: https://docs.aws.amazon.com/vpc/latest/userguide/VPC_DHCP_Options.html */
  private dhcpOptions(): string {
    const { hostname } = this.instance;
    return `[Resolve]\nDNS=${this.hardware.resolver}\nDomains=${hostname.slice(hostname.indexOf(".") + 1)}\n`;
  }

  private async firstBoot(): Promise<void> {
    const { hardware, id } = this;
    mkdirSync(path.dirname(this.console), { recursive: true });
    this.happens("powered on");
    this.disk = await Disk.make(path.join(hardware.disks, id), hardware.baseRoot);
    this.disk.trust(hardware.authority);
    const resolved = path.join(this.disk.root, "/etc/systemd/resolved.conf.d");
    mkdirSync(resolved, { recursive: true });
    writeFileSync(path.join(resolved, "vpc.conf"), this.dhcpOptions());
    await this.arrangeContainers(this.disk);
    await this.configure(this.disk);
    if (this.isRemoved) return;
    this.happens("configured");
    await this.boot();
  }

  private async arrangeContainers(disk: Disk): Promise<void> {
    const { imageStore } = this.hardware;
    if (imageStore === undefined) return withoutContainers(disk.root);
    await copyImageStore(imageStore, disk.volume("containerd"));
    addToNode(disk.root);
  }

  private async configure({ root }: Disk): Promise<void> {
    const { ignition, authority, resolver, disks, logs, timeScale } = this.hardware;
    const log = path.join(logs, this.id, "ignition.log");
    const state = path.join(disks, this.id, "ignition");
    while (!this.isRemoved) {
      try {
        const { namespace } = this.wire;
        const args = { program: ignition, namespace, root, state, resolver, authority, log };
        return await applyIgnition(args, this.removal.signal);
      } catch (error) {
        if (this.isRemoved) return;
        this.happens("failed", (error as Error).message);
        const { signal } = this.removal;
        await sleep(emergencySeconds * 1000 * timeScale, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async boot(): Promise<void> {
    if (!this.disk) throw new Error(`${this.id} has no disk`);
    await this.wire.reset();
    const { namespace } = this.wire;
    const { disk } = this;
    const runsContainers = this.hardware.imageStore !== undefined;
    const names = runsContainers ? ["containerd", "kubelet"] : [];
    const container = await Container.boot({
      name: this.id,
      ...{ hostname: this.kernelHostname, namespace, root: disk.root, console: this.console },
      volumes: Object.fromEntries(names.map((name) => [`/var/lib/${name}`, disk.volume(name)])),
      isPrivileged: runsContainers,
    });
    this.container = container;
    void container.ended.then((ending) => this.onEnd(container, ending));
    if (this.isRemoved) return this.crash();
    await this.untilBooted();
  }

  private async untilBooted(): Promise<void> {
    for (const deadline = Date.now() + bootSeconds * 1000; Date.now() < deadline; await sleep(50)) {
      if (this.isRemoved) return;
      const state = await this.container
        ?.run(["systemctl", "is-active", "basic.target"])
        .catch(() => undefined);
      if (state?.stdout !== "active\n") continue;
      this.happens("booted");
      return;
    }
    const end = lastLines(readFileSync(this.console, "utf8"));
    throw new Error(`${this.id} has not booted within ${bootSeconds} s; the end of ${this.console}:\n${end}`);
  }

  private onEnd(container: Container, ending: Ending): void {
    if (this.container !== container) return;
    this.container = undefined;
    if (ending === "reboot") {
      this.starting = this.boot();
      this.starting.catch((error: Error) => this.happens("failed", error.message));
    } else {
      this.happens("off", ending);
    }
  }

  /** Returns the container, and expects its end from now on. */
  private ending(container: Container): Container {
    this.container = undefined;
    return container;
  }

  private running(): Container {
    if (!this.container) throw new Error(`${this.id} is switched off`);
    return this.container;
  }
}
