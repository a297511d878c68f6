import { waitUntil } from "./waitUntil";
import { ChildProcess, execFile, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { controllerIgnition } from "../../../ignition/controller";
import { IgnitionConfig } from "../../../ignition/spec";
import { etcd, etcdctl, etcdutl } from "../../toolchain/etcd";
import { flatcarBashFolder } from "../../toolchain/flatcarBash";
import { bucket, Cloud, Instance, logGroup, region, zone } from "./cloud";

const run = promisify(execFile);

/** Output of a script, and how it ended. */
export interface Outcome {
  code: number;
  stdout: string;
  /** The log. */
  stderr: string;
}

/** The files of a controller's Ignition configuration that need no download: path, mode and text. */
function controllerFiles() {
  const config = JSON.parse(
    controllerIgnition({
      cluster: "test",
      zone,
      region,
      dnsSuffix: "amazonaws.com",
      bucket,
      logGroup,
      group: "test-controllers",
      architecture: "amd64",
      kubernetesVersion: "1.36.4",
      podNetwork: "flannel",
      etcdVersion: "3.6.14",
      podCidr: "10.244.0.0/16",
      serviceCidr: "10.96.0.0/16",
      oidcIssuer: "https://test-oidc.s3.us-east-1.amazonaws.com",
      downloads: { sha256: {} },
    }),
  ) as IgnitionConfig;
  return (config.storage?.files ?? []).flatMap(({ path, mode, contents }) => {
    const [, base64] = /^data:;base64,(.*)$/.exec(contents?.source ?? "") ?? [];
    return base64 === undefined ? [] : [{ path, mode, bytes: Buffer.from(base64, "base64") }];
  });
}

// The two programs of a node that need a booted system. The answer has systemd's own form.
const standIns = {
  resolvectl: `#!/bin/bash
# resolvectl query --type=SRV --legend=no NAME
grep "^$4 " /run/cloud/srv | sed 's/$/                -- link: eth0/' || { echo "$4: resolve call failed" >&2; exit 1; }
`,
  systemctl: `#!/bin/bash
# Shows etcd.service, restarts and units that are not up as the test sees them; notes all other orders.
case $1 in
  show) [[ $* != *NRestarts* ]] || { cat "/run/restarts-$4" 2>/dev/null || echo 0; exit 0; } ;;&
  list-units) cat /run/units-not-up 2>/dev/null ;;
  show) cat /run/etcd-state ;;
  is-active) grep -q ActiveState=active /run/etcd-state ;;
  *) echo "$*" >>/run/systemctl.log ;;
esac
`,
};

/**
 * A controller: network and process namespaces of its own. Its root is this machine's, with Flatcar's bash
 * and the product's files on top. The test plays systemd: it runs the scripts in the order of their units.
 */
export class Node {
  private holder!: ChildProcess;
  private pid!: number;
  private etcd?: ChildProcess;
  /** How etcd ended; undefined while it runs. */
  etcdExit?: number | string;

  private constructor(
    private readonly cloud: Cloud,
    readonly instance: Instance,
    private readonly link: string,
  ) {}

  /** Switches an instance on. */
  static async boot(cloud: Cloud, id: string): Promise<Node> {
    const address = cloud.newAddress();
    const node = new Node(cloud, { id, address }, `n${address.split(".")[3]}`);
    await cloud.describe(node.instance);
    await node.makeRoot();
    return node;
  }

  private async makeRoot(): Promise<void> {
    const folder = path.join(this.cloud.shared, "..", this.link);
    fs.mkdirSync(folder, { recursive: true });
    const setup = `
      mount -t tmpfs tmpfs ${folder}; cd ${folder}; mkdir upper work root
      mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root; cd root
      mount -t proc proc proc; mount --rbind /dev dev; mkdir -p run/cloud; mount --bind ${this.cloud.shared} run/cloud
      touch etc/hosts; mount --bind run/cloud/hosts etc/hosts; echo hosts: files >etc/nsswitch.conf
      printf 'passwd: files\\ngroup: files\\nhosts: files\\n' >etc/nsswitch.conf
      cat ${this.cloud.awsCertificate} >>etc/ssl/certs/ca-certificates.crt
      cp --remove-destination ${flatcarBashFolder()}/bash bin/bash
      mkdir -p opt/bin; cp ${etcd()} opt/bin/etcd; ln -sf ${etcdctl()} opt/bin/etcdctl; ln -sf ${etcdutl()} opt/bin/etcdutl
      exec chroot . sleep infinity`;
    const flags = ["--net", "--mount", "--pid", "--fork", "--kill-child"];
    this.holder = spawn("setpriv", ["--pdeathsig", "KILL", "unshare", ...flags, "sh", "-euc", setup], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    this.pid = await this.sleepingProcess();
    this.cloud.sh(`ip link add ${this.link} master br0 up type veth peer name eth0 netns ${this.pid}`);
    await this.sh(`ip link set lo up; ip link set eth0 up; ip addr add ${this.instance.address}/24 dev eth0
      ip route add 169.254.169.254 via 10.77.0.1`);
    for (const { path: target, mode, bytes } of controllerFiles()) this.write(target, bytes, mode);
    await this.sh("sysctl --quiet --load /etc/sysctl.d/80-etcd.conf"); // as systemd-sysctl.service
    for (const [name, text] of Object.entries(standIns)) this.write(`/usr/local/bin/${name}`, text, 0o755);
  }

  /** The namespaces' first process, once its root is complete. */
  private async sleepingProcess(): Promise<number> {
    for (const deadline = Date.now() + 10_000; Date.now() < deadline;) {
      const { pid } = this.holder;
      const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
      if (children && fs.readFileSync(`/proc/${children}/comm`, "utf8") === "sleep\n")
        return Number(children);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error("the node's namespaces did not come up");
  }

  /** A crash: every process is gone at once, and the disk too. */
  destroy(): void {
    this.holder.kill("SIGKILL");
  }

  private hostPath(target: string): string {
    return `/proc/${this.pid}/root${target}`;
  }

  write(target: string, contents: string | Buffer, mode = 0o644): void {
    fs.mkdirSync(path.dirname(this.hostPath(target)), { recursive: true });
    fs.writeFileSync(this.hostPath(target), contents, { mode });
    fs.chmodSync(this.hostPath(target), mode);
  }

  read(target: string): string {
    return fs.readFileSync(this.hostPath(target), "utf8");
  }

  exists(target: string): boolean {
    return fs.existsSync(this.hostPath(target));
  }

  private enter(...command: string[]): string[] {
    return [`--target=${this.pid}`, "--net", "--mount", "--pid", "--root", "--wdns=/", ...command];
  }

  /** Runs bash commands on the node and returns their output; throws if they fail. */
  async sh(commands: string): Promise<string> {
    const { stdout } = await run("nsenter", this.enter("bash", "-euo", "pipefail", "-c", commands));
    return stdout.trim();
  }

  /** Runs one of the node's scripts, whatever its exit status. */
  async script(name: string, ...args: string[]): Promise<Outcome> {
    // Its log can be read while it runs.
    const command = `exec 2> >(tee /run/${name}.log >&2); exec /opt/cluster/bin/${name} "$@"`;
    try {
      return { code: 0, ...(await run("nsenter", this.enter("bash", "-c", command, name, ...args))) };
    } catch (error) {
      return error as Outcome;
    }
  }

  /** Waits until a script that runs, or has run last, says this. */
  async says(name: string, words: RegExp): Promise<void> {
    const log = `/run/${name}.log`;
    await waitUntil(`${name} to say ${words}`, () => this.exists(log) && words.test(this.read(log)));
  }

  /** Runs one of the node's scripts and returns its log; throws if it fails. */
  async mustSucceed(name: string, ...args: string[]): Promise<string> {
    const { code, stderr } = await this.script(name, ...args);
    if (code !== 0) throw new Error(`${name} on ${this.instance.id}: ${code}\n${stderr}`);
    return stderr;
  }

  /** etcdctl with this node's certificate and its own etcd. */
  etcdctl(command: string): Promise<string> {
    return this.sh(`source /opt/cluster/lib/etcd.sh; etcdctl ${command}`);
  }

  etcdListens(): Promise<boolean> {
    return this.sh("ss -Hltn 'sport = :2379'").then((sockets) => sockets !== "");
  }

  /** Runs bash commands after sourcing the files that every script sources, whatever their exit status. */
  async withLibraries(commands: string): Promise<Outcome> {
    const libraries = ["lib/log.sh", "lib/aws.sh"].map((name) => `source /opt/cluster/${name}`);
    this.write(
      "/opt/cluster/bin/of-the-test",
      [
        "#!/bin/bash",
        "set -euo pipefail",
        "source /etc/cluster/cluster.env",
        ...libraries,
        commands,
        "",
      ].join("\n"),
      0o755,
    );
    return this.script("of-the-test");
  }

  /** Like etcd.service: decides, then starts etcd as decided; returns the decision's log. */
  async startEtcd(): Promise<string> {
    const decision = await this.mustSucceed("etcd-membership");
    const start = `mkdir -p /var/lib/etcd; chown -R etcd: /var/lib/etcd; chmod 0700 /var/lib/etcd
      source /etc/etcd/etcd.conf; set -a; source /run/etcd/membership.env
      exec setpriv --reuid=etcd --regid=etcd --clear-groups /opt/bin/etcd $FLAGS >/run/etcd.log 2>&1`;
    this.etcdExit = undefined;
    this.writeUnitState("active", 1, 0, 0);
    this.etcd = spawn("nsenter", this.enter("bash", "-euc", start), {
      stdio: ["ignore", "inherit", "inherit"],
    });
    this.etcd.on("exit", (code, signal) => {
      this.etcdExit = code ?? signal ?? "unknown";
      // 1: CLD_EXITED, 2: CLD_KILLED
      if (this.holder.signalCode === null)
        this.writeUnitState("inactive", 0, code === null ? 2 : 1, code ?? 15);
    });
    return decision;
  }

  private writeUnitState(active: string, pid: number, code: number, status: number): void {
    const state = { ActiveState: active, MainPID: pid, ExecMainCode: code, ExecMainStatus: status };
    this.write(
      "/run/etcd-state",
      Object.entries(state)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(""),
    );
  }

  /** The scripts' commands to systemd since the last question. */
  systemctlOrders(): string {
    const orders = this.exists("/run/systemctl.log") ? this.read("/run/systemctl.log") : "";
    this.write("/run/systemctl.log", "");
    return orders;
  }

  /** TERM: like `systemctl stop etcd`; KILL: like a power failure. */
  async stopEtcd(signal: "TERM" | "KILL" = "TERM"): Promise<void> {
    await this.sh(`pkill -${signal} -x etcd; while pgrep -x etcd >/dev/null; do sleep 0.05; done`);
  }

  partition(cut: boolean): void {
    this.cloud.sh(`ip link set ${this.link} ${cut ? "down" : "up"}`);
  }
}
