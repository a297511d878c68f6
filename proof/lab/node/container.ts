import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { attempt, type ExecuteOptions, type Outcome } from "../execute";
import { makeControlGroups, removeControlGroups } from "./controlGroups";

/** Options of systemd-nspawn: https://www.freedesktop.org/software/systemd/man/252/systemd-nspawn.html */
export interface ContainerArgs {
  /** Name of machine and control group. */
  readonly name: string;
  readonly hostname: string;
  /** Path of the network namespace. */
  readonly namespace: string;
  readonly root: string;
  /** File for the console's output. */
  readonly console: string;
  /** Folders of this machine by their path in the container. */
  readonly volumes: Readonly<Record<string, string>>;
  /**
   * Whether it has the rights of the machine's root, and so can run containers itself. It is no security
   * boundary then.
   */
  readonly isPrivileged: boolean;
}

/** How a container ended: by itself, in a reboot, or otherwise. */
export type Ending = "off" | "reboot" | `status ${number}` | `signal ${NodeJS.Signals}`;

// systemd-nspawn with --keep-unit leaves the restart to its caller.
const rebootStatus = 133;
const initSeconds = 20;
const stopSeconds = 100;
const followSeconds = 2;

/** A systemd that boots on a root file system; it is off once `ended` resolves. */
export class Container {
  private constructor(
    private readonly args: ContainerArgs,
    private readonly nspawn: ChildProcess,
    readonly ended: Promise<Ending>,
    /** Process id of its init, as the lab sees it. */
    private readonly init: number,
  ) {}

  /** Switches on; resolves when its init runs. */
  static async boot(args: ContainerArgs): Promise<Container> {
    await removeControlGroups(args.name);
    const groups = makeControlGroups(args.name);
    const console = openSync(args.console, "a");
    const nspawn = spawn("sh", ["-euc", enterGroups, groups.join(" "), "systemd-nspawn", ...options(args)], {
      env: { PATH: process.env.PATH, SYSTEMD_NSPAWN_API_VFS_WRITABLE: "network", SYSTEMD_SECCOMP: "0" },
      stdio: ["ignore", console, console],
    });
    closeSync(console);
    const ended = new Promise<Ending>((resolve, reject) => {
      nspawn.once("error", reject);
      nspawn.once("exit", (status, signal) => {
        if (signal) resolve(`signal ${signal}`);
        else resolve(status === 0 ? "off" : status === rebootStatus ? "reboot" : `status ${status ?? 0}`);
      });
    });
    return new Container(args, nspawn, ended, await findInit(nspawn, args));
  }

  /** Runs a command in it as root, whatever its exit status. */
  run(command: readonly string[], options: Omit<ExecuteOptions, "env"> = {}): Promise<Outcome> {
    const namespaces = ["--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--wdns=/"];
    const env = {
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/bin",
      HOME: "/root",
      LANG: "C.UTF-8",
    };
    return attempt("nsenter", [`--target=${this.init}`, ...namespaces, "--", ...command], {
      ...options,
      env,
    });
  }

  /** Shuts down like the power button; processes that do not end in time are killed. */
  async shutDown(): Promise<void> {
    this.nspawn.kill("SIGTERM");
    await Promise.race([this.ended, sleep(stopSeconds * 1000, undefined, { ref: false })]);
    await this.kill();
  }

  /** Kills all its processes at once. */
  async kill(): Promise<void> {
    try {
      if (this.isOn) process.kill(this.init, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
    // systemd-nspawn ends with its init. It is not killed, because it has to wait for the init.
    await Promise.race([this.ended, sleep(followSeconds * 1000, undefined, { ref: false })]);
    this.nspawn.kill("SIGKILL");
    await this.ended;
    await removeControlGroups(this.args.name);
  }

  private get isOn(): boolean {
    return this.nspawn.exitCode === null && this.nspawn.signalCode === null;
  }
}

const enterGroups = `for group in $0; do echo $$ >"$group"; done; exec "$@"`;

function options({ name, hostname, namespace, root, volumes, isPrivileged }: ContainerArgs): string[] {
  return [
    ...["--quiet", "--boot", "--register=no", "--keep-unit", "--console=read-only"],
    ...[`--directory=${root}`, `--machine=${name}`, `--hostname=${hostname}`],
    // As on Flatcar.
    `--bind-ro=${root}/usr:/usr`,
    ...[`--network-namespace-path=${namespace}`, "--resolv-conf=off", "--link-journal=no"],
    ...["--kill-signal=SIGRTMIN+4"],
    ...Object.entries(volumes).map(([target, source]) => `--bind=${source}:${target}`),
    // A machine has a firewall of its own. In /dev/kmsg, the kubelet reads of processes that the kernel
    // killed.
    ...(isPrivileged ? ["--capability=all", "--bind-ro=/dev/kmsg"] : ["--capability=CAP_NET_ADMIN"]),
  ];
}

async function findInit(nspawn: ChildProcess, args: ContainerArgs): Promise<number> {
  for (const deadline = Date.now() + initSeconds * 1000; Date.now() < deadline; await sleep(10)) {
    if (nspawn.exitCode !== null || nspawn.signalCode !== null) break;
    const child = firstChild(nspawn.pid ?? 0);
    if (child !== undefined && read(`/proc/${child}/comm`) === "systemd\n") return child;
  }
  nspawn.kill("SIGKILL");
  throw new Error(
    `${args.name} has no init; the end of ${args.console}:\n${read(args.console).slice(-2000)}`,
  );
}

function firstChild(pid: number): number | undefined {
  const [child] = read(`/proc/${pid}/task/${pid}/children`).split(" ");
  return child ? Number(child) : undefined;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
