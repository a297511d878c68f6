import { ChildProcess, spawn, spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { stringify } from "yaml";
import { byFlatcarBash } from "../flatcarBash";
import { etcd } from "../../toolchain/etcd";
import { kubeApiserver, kubectl } from "../../toolchain/kubernetes";
import { controllerNode } from "../../../test/ignition/rendered";

/** The administrator's credentials. */
export const adminToken = "of-a-test";

/** The credentials of the node's kubelet. */
export const tokenOfKubelet = (node: string) => `of-the-kubelet-of-${node}`;

/** Output of a command. */
export interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A real etcd and a real kube-apiserver on loopback, with only the product's admission configuration. */
export class Apiserver {
  private readonly running: ChildProcess[] = [];

  private constructor(
    readonly folder: string,
    readonly port: number,
    /** Client URL of its etcd. */
    readonly etcd: string,
  ) {}

  /** `nodes` are those whose kubelets may use it, by `tokenOfKubelet`. */
  static async start(nodes: readonly string[] = []): Promise<Apiserver> {
    const ports = await freePorts(3);
    const server = new Apiserver(
      mkdtempSync(join(tmpdir(), "apiserver-")),
      ports[0],
      `http://127.0.0.1:${ports[1]}`,
    );
    try {
      server.run(etcd(), [
        `--data-dir=${join(server.folder, "etcd")}`,
        `--listen-client-urls=${server.etcd}`,
        `--advertise-client-urls=${server.etcd}`,
        `--listen-peer-urls=http://127.0.0.1:${ports[2]}`,
        "--unsafe-no-fsync",
      ]);
      server.run(kubeApiserver(), server.flags(nodes));
      await server.isReady();
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  private flags(nodes: readonly string[]): string[] {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const key = this.write("sa.key", String(privateKey.export({ type: "pkcs8", format: "pem" })));
    const admission = controllerNode().texts.get("/etc/kubernetes/apiserver/admission.yaml") ?? "";
    const kubelets = nodes.map(
      (name) => `${tokenOfKubelet(name)},system:node:${name},${name},system:nodes\n`,
    );
    const tokens = `${adminToken},admin,1,system:masters\n${kubelets.join("")}`;
    return [
      `--etcd-servers=${this.etcd}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${this.port}`,
      `--cert-dir=${join(this.folder, "certificates")}`,
      `--token-auth-file=${this.write("tokens.csv", tokens)}`,
      // kubeadm sets these three in the same way.
      "--authorization-mode=Node,RBAC",
      "--enable-admission-plugins=NodeRestriction",
      "--allow-privileged=true",
      `--admission-control-config-file=${this.write("admission.yaml", admission)}`,
      "--service-account-issuer=https://issuer.example.com",
      `--service-account-key-file=${key}`,
      `--service-account-signing-key-file=${key}`,
      "--service-cluster-ip-range=10.96.0.0/16",
      "--endpoint-reconciler-type=none",
    ];
  }

  /** A kubeconfig of its administrator. */
  get kubeconfig(): string {
    const cluster = { server: `https://127.0.0.1:${this.port}`, "insecure-skip-tls-verify": true };
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "test", cluster }],
      users: [{ name: "admin", user: { token: adminToken } }],
      contexts: [{ name: "test", context: { cluster: "test", user: "admin" } }],
      "current-context": "test",
    };
    return this.write("kubeconfig", stringify(config));
  }

  kubectl(args: readonly string[], input = ""): Answer {
    const connection = ["--kubeconfig", this.kubeconfig, "--cache-dir", join(this.folder, "cache")];
    return spawnSync(kubectl(), [...connection, ...args], { input, encoding: "utf8" });
  }

  /** Writes a file below its folder. */
  write(name: string, text: string, mode = 0o600): string {
    const file = join(this.folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, byFlatcarBash(text), { mode });
    return file;
  }

  async stop(): Promise<void> {
    for (const each of this.running.reverse()) {
      if (each.exitCode !== null || each.signalCode !== null) continue;
      each.kill("SIGKILL");
      await once(each, "exit");
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private run(program: string, args: readonly string[]): void {
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
    child.stderr.on("data", (text) => appendFileSync(join(this.folder, "log"), String(text)));
    this.running.push(child);
  }

  private async isReady(): Promise<void> {
    for (const deadline = Date.now() + 120_000; Date.now() < deadline; await pause(300)) {
      // The apiserver makes RBAC's own roles and the priority classes while it starts.
      if (this.kubectl(["get", "--raw", "/readyz"]).stdout === "ok") return;
      if (this.running.some(({ exitCode }) => exitCode !== null)) break;
    }
    const log = readFileSync(join(this.folder, "log"), "utf8").split("\n").slice(-20).join("\n");
    throw new Error(`the apiserver does not get ready:\n${log}`);
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
