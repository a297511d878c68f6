import { waitUntil } from "./waitUntil";
import { setTimeout as sleep } from "node:timers/promises";
import { CertificateAuthority, etcdNames } from "./certificates";
import { Cloud, Instance, zone } from "./cloud";
import { keyObjectTexts } from "./keyObjectTexts";
import { Node } from "./node";

/** A line of etcd's member list. */
export interface Member {
  id: string;
  instance: string;
  role: "voter" | "learner";
}

/** Like systemd with etcd.service: it stops it, and records that it must start. */
const systemctl = `#!/bin/bash
case "$*" in
  "stop etcd.service") ! pkill -TERM -x etcd || while pgrep -x etcd >/dev/null; do sleep 0.05; done ;;
  "start --no-block etcd.service") touch /run/start-etcd ;;
  is-active*) pgrep -x etcd >/dev/null ;;
esac
`;

/** The controllers of one cluster, through the steps that systemd takes on a real node. */
export class Controllers {
  private readonly nodes: Node[] = [];

  private constructor(
    private readonly cloud: Cloud,
    private readonly etcdCa: CertificateAuthority,
  ) {}

  static async prepare(cloud: Cloud): Promise<Controllers> {
    const etcdCa = new CertificateAuthority(cloud.shared, "etcd-ca");
    for (const [key, text] of keyObjectTexts(etcdCa)) await cloud.putObject(key, text);
    return new Controllers(cloud, etcdCa);
  }

  /** New instances, up to the decision about etcd; without DNS records. */
  async boot(count: number): Promise<Node[]> {
    const ids = await this.cloud.launch(count);
    return Promise.all(
      ids.map(async (id) => {
        const node = await Node.boot(this.cloud, id);
        this.nodes.push(node);
        await node.mustSucceed("instance-metadata");
        await node.sh("systemd-sysusers etcd.conf");
        await node.mustSucceed("keys-sync", "boot");
        return node;
      }),
    );
  }

  /** Writes what the discovery function would write for these instances. */
  publish(...nodes: Node[]): void {
    this.cloud.writeZone(nodes.map(({ instance }): Instance => instance));
  }

  /** Like etcd.service and etcd-promote.service; returns the log of both. */
  async start(node: Node): Promise<string> {
    let decision = await node.startEtcd();
    await waitUntil("etcd to listen", async () => {
      // Like Restart=: members may learn a new member's address some seconds late, and refuse it until then.
      if (node.etcdExit !== undefined) decision += await node.startEtcd();
      return node.etcdListens();
    });
    return decision + (await node.mustSucceed("etcd-promote"));
  }

  /** This many controllers, which have formed a cluster. */
  async form(size: number): Promise<Node[]> {
    await this.cloud.wantControllers(size);
    const nodes = await this.boot(size);
    this.publish(...nodes);
    await Promise.all(nodes.map((node) => this.start(node)));
    return nodes;
  }

  /** Like the `pulumi up` that renews etcd's leaf certificates. */
  async renewCertificates(): Promise<void> {
    for (const leaf of ["server", "peer", "client"]) {
      await this.cloud.putObject(`pki/etcd/${leaf}.pem`, this.etcdCa.leaf("etcd", etcdNames(zone)).pem);
    }
  }

  /** Like lifecycle-watch.service on an instance that Auto Scaling terminates; returns its log. */
  async leave(node: Node): Promise<string> {
    node.write("/usr/local/bin/systemctl", systemctl, 0o755);
    await this.cloud.describe({ ...node.instance, targetLifecycleState: "Terminated" });
    let left = false;
    const log = node.mustSucceed("lifecycle-watch").finally(() => (left = true));
    while (!left) {
      await sleep(100);
      if (!node.exists("/run/start-etcd")) continue;
      await node.sh("rm /run/start-etcd");
      await node.startEtcd();
    }
    return log;
  }

  /** Replaces the node's apiserver: answers that it is ready. */
  async serveApi(node: Node): Promise<void> {
    node.write("/run/api/leaf.pem", this.etcdCa.leaf("api", [`IP:${node.instance.address}`]).pem);
    node.write("/run/api/readyz", "ok");
    await node.sh(`cd /run/api
      openssl s_server -quiet -accept 6443 -cert leaf.pem -WWW </dev/null >/dev/null 2>&1 &
      until ss -Hltn 'sport = :6443' | grep -q .; do sleep 0.05; done`);
  }

  /** Ends what `serveApi` started. */
  async stopApi(node: Node): Promise<void> {
    await node.sh("pkill -x openssl; while ss -Hltn 'sport = :6443' | grep -q .; do sleep 0.05; done");
  }

  /** A crash: the instance and its disk are gone, and EC2 says so. */
  async crash(node: Node): Promise<void> {
    node.destroy();
    await this.cloud.terminate(node.instance.id);
  }

  stop(): void {
    for (const node of this.nodes) node.destroy();
  }
}

/** The member list as this node's etcd reads it through the quorum. */
export async function members(node: Node): Promise<Member[]> {
  const lines = await node.etcdctl("member list");
  return lines
    .split("\n")
    .map((line) => line.split(", "))
    .map(([id, , , peerUrl, , isLearner]) => ({
      id,
      instance: new URL(peerUrl).hostname.split(".")[0],
      role: isLearner === "true" ? "learner" : "voter",
    }));
}

/** Succeeds only if these nodes, and no others, are voters. */
export async function voters(node: Node): Promise<string[]> {
  return (await members(node)).map(({ instance, role }) => `${role} ${instance}`).sort();
}

export const votersOf = (...nodes: Node[]) => nodes.map(({ instance }) => `voter ${instance.id}`).sort();

/** The node among these whose etcd leads. */
export async function leaderOf(nodes: readonly Node[]): Promise<Node> {
  for (const node of nodes) {
    const metrics = await node.sh("curl -s http://127.0.0.1:2381/metrics");
    if (metrics.includes("\netcd_server_is_leader 1\n")) return node;
  }
  throw new Error("no leader");
}
