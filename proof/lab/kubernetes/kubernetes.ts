import { writeFileSync } from "node:fs";
import { parse } from "yaml";
import type { ClientMachine } from "../clients/clientMachine";
import { lastLines, type Outcome } from "../execute";
import { until } from "../until";

/** The fields of any Kubernetes object that drills read. */
export interface KubernetesObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    /** Set once it is being deleted. */
    readonly deletionTimestamp?: string;
  };
}

export interface Node extends KubernetesObject {
  readonly spec: {
    readonly providerID?: string;
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  };
  readonly status: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
    /** The version has the form `v1.36.3`. */
    readonly nodeInfo?: { readonly kubeletVersion: string };
  };
}

/** The cluster as its administrator sees it: from the clients' machine, by the API's name. */
export class Kubernetes {
  private constructor(
    private readonly machine: ClientMachine,
    private readonly command: readonly string[],
    /** Paths of the program, and of the administrator's kubeconfig. */
    readonly paths: { readonly kubectl: string; readonly kubeconfig: string },
    /** PEM of the administrator's certificate and its key. */
    readonly identityFile: string,
  ) {}

  /** `kubeconfig` is the stack's output, and is written to `file`; `kubectl` is the program's path. */
  static open(args: {
    readonly machine: ClientMachine;
    readonly kubectl: string;
    readonly kubeconfig: string;
    readonly file: string;
  }): Kubernetes {
    writeFileSync(args.file, args.kubeconfig, { mode: 0o600 });
    const identityFile = `${args.file}.pem`;
    writeFileSync(identityFile, identityIn(args.kubeconfig), { mode: 0o600 });
    const command = [args.kubectl, "--kubeconfig", args.file, "--cache-dir", `${args.file}.cache`];
    const paths = { kubectl: args.kubectl, kubeconfig: args.file };
    return new Kubernetes(args.machine, [...command, "--request-timeout", "10s"], paths, identityFile);
  }

  /** Runs kubectl, whatever its exit status. */
  attempt(args: readonly string[], input?: string): Promise<Outcome> {
    return this.machine.run([...this.command, ...args], { input });
  }

  /** Runs kubectl and returns its output. @throws Error with its output */
  async kubectl(args: readonly string[], input?: string): Promise<string> {
    const { status, stdout, stderr } = await this.attempt(args, input);
    if (status !== 0) throw new Error(`kubectl ${args.join(" ")}: ${lastLines(stderr)}`);
    return stdout;
  }

  /** One object, such as `get("node", "a")`. @throws Error if it is not there */
  async get<T extends KubernetesObject>(kind: string, name: string, namespace = "default"): Promise<T> {
    return JSON.parse(await this.kubectl(["get", kind, name, "-n", namespace, "-o", "json"])) as T;
  }

  /** All objects of a kind. */
  async list<T extends KubernetesObject>(kind: string, ...args: readonly string[]): Promise<T[]> {
    const { items } = JSON.parse(await this.kubectl(["get", kind, ...args, "-o", "json"])) as { items: T[] };
    return items;
  }

  /** Creates or changes the objects of the YAML. */
  async apply(yaml: string): Promise<void> {
    await this.kubectl(["apply", "--server-side", "-f", "-"], yaml);
  }

  /** Waits until all pods of a workload such as `deployment/web` are of its current template and ready. */
  rolledOut(workload: string, namespace: string, seconds: number): Promise<void> {
    return until(`${workload} is rolled out`, seconds, async () => {
      const { status, stdout, stderr } = await this.attempt([
        ...["rollout", "status", workload, "-n", namespace, "--timeout", "5s"],
      ]);
      return status === 0 || (stderr || stdout).trim();
    });
  }

  /** Waits until exactly the nodes of these instances exist, all ready. */
  nodesAre(instances: readonly string[], seconds: number): Promise<Node[]> {
    return this.nodesWithout(
      seconds,
      `nodes ${instances.join(", ")} are ready, and no others there`,
      (nodes) => [...obstaclesTo(instances, nodes), ...othersThan(instances, nodes)],
    );
  }

  /** Waits until the nodes of these instances are ready, whatever other nodes exist. */
  nodesAreReady(instances: readonly string[], seconds: number): Promise<Node[]> {
    return this.nodesWithout(seconds, `nodes ${instances.join(", ")} are ready`, (nodes) =>
      obstaclesTo(instances, nodes),
    );
  }

  private async nodesWithout(
    seconds: number,
    what: string,
    obstaclesIn: (nodes: readonly Node[]) => readonly string[],
  ): Promise<Node[]> {
    let nodes: Node[] = [];
    await until(what, seconds, async () => {
      try {
        nodes = await this.list<Node>("nodes");
      } catch (error) {
        return (error as Error).message;
      }
      const obstacles = obstaclesIn(nodes);
      return obstacles.length === 0 || obstacles.join("; ");
    });
    return nodes;
  }
}

/** The certificate and the key of a kubeconfig's only user, in PEM. */
export function identityIn(kubeconfig: string): string {
  const { users } = parse(kubeconfig) as { users: { user: Record<string, string> }[] };
  const pem = (name: string) => Buffer.from(users[0]?.user[name] ?? "", "base64").toString();
  return pem("client-certificate-data") + pem("client-key-data");
}

/** Id of a node's instance; empty if the node does not have it. */
export const instanceOf = ({ spec }: Node): string => spec.providerID?.split("/").at(-1) ?? "";

/** Why nodes of these instances are not ready, one text each. */
export function obstaclesTo(instances: readonly string[], nodes: readonly Node[]): string[] {
  return instances.flatMap((id) => {
    const node = nodes.find((one) => instanceOf(one) === id);
    const ready = node?.status.conditions?.find(({ type }) => type === "Ready");
    if (ready?.status === "True") return [];
    if (!node) return [`${id} has no node`];
    return [`${id}: ${ready ? ready.message || ready.status : "it has reported nothing yet"}`];
  });
}

/** Nodes that belong to none of these instances, one text each. */
export const othersThan = (instances: readonly string[], nodes: readonly Node[]): string[] =>
  nodes
    .filter((node) => !instances.includes(instanceOf(node)))
    .map((node) => `the node ${node.metadata.name} is there`);
