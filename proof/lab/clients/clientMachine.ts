import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { ApiClient } from "./apiClient";
import { attempt, type ExecuteOptions, type Outcome } from "../execute";
import { Load } from "./load";
import { Members } from "./members";
import { Wire } from "../network/wire";
import type { NodeStore } from "../cluster/nodeStore";

/**
 * A machine beside the nodes, from which clients talk to etcd. Security groups treat its address as a
 * controller's. It has the apiservers' client certificate. AWS has no such machine.
 */
export class ClientMachine {
  private readonly command: readonly string[];
  /** Options of curl for the lab's AWS. */
  private readonly trust: readonly string[];

  private constructor(
    private readonly wire: Wire,
    private readonly resolver: string,
    private readonly program: string,
    private readonly tls: readonly string[],
    private readonly options: readonly string[],
    private readonly folder: string,
    private readonly region: string,
  ) {
    this.trust = ["--cacert", path.join(folder, "aws-ca.crt")];
    this.command = ["nsenter", `--net=${wire.namespace}`, program];
  }

  /** `folder` gets the certificates and the observer's file. */
  static async open(args: {
    readonly address: string;
    readonly subnetCidr: string;
    readonly resolver: string;
    readonly zone: string;
    readonly store: NodeStore;
    readonly program: string;
    readonly folder: string;
    readonly region: string;
    /** PEM of the authority of the lab's AWS. */
    readonly authority: string;
  }): Promise<ClientMachine> {
    const wire = await Wire.lay({ name: "client", address: args.address, subnetCidr: args.subnetCidr });
    const file = (name: string) => path.join(args.folder, name);
    await writeFile(file("aws-ca.crt"), args.authority);
    await writeFile(file("resolv.conf"), `nameserver ${args.resolver}\n`);
    await writeFile(file("ca.crt"), await args.store.read("pki/etcd/ca.crt"));
    await writeFile(file("client.pem"), await args.store.read("pki/etcd/client.pem"), { mode: 0o600 });
    await writeFile(file("kubernetes-ca.crt"), await args.store.read("pki/kubernetes/ca.crt"));
    const tls = ["--cacert", file("ca.crt"), "--cert", file("client.pem"), "--key", file("client.pem")];
    const options = ["--zone", args.zone, "--resolver", `${args.resolver}:53`, ...tls];
    return new ClientMachine(wire, args.resolver, args.program, tls, options, args.folder, args.region);
  }

  /** Removes the machine from the network, once nothing runs on it any more. */
  close(): Promise<void> {
    return this.wire.remove();
  }

  /** Starts clients that read and write, and record the results in the file `history`. */
  load(history: string): Load {
    return Load.start([...this.command, "load", ...this.options], this.program, history);
  }

  /** Runs a command on it, whatever its exit status. The command uses the VPC's resolver. */
  run(command: readonly string[], options: ExecuteOptions = {}): Promise<Outcome> {
    const script = `mount --bind "$0" "$(readlink --canonicalize /etc/resolv.conf)"; exec "$@"`;
    const inside = ["unshare", "--mount", "sh", "-euc", script, path.join(this.folder, "resolv.conf")];
    return attempt("nsenter", [`--net=${this.wire.namespace}`, ...inside, ...command], options);
  }

  /**
   * The HTTP status of a GET without credentials, whoever signed the server's certificate; 0 without an
   * answer.
   */
  async status(url: string): Promise<number> {
    const curl = ["curl", "--silent", "--insecure", "--max-time", "2", "--output", "/dev/null"];
    return Number((await this.run([...curl, "--write-out", "%{http_code}", url])).stdout);
  }

  /** The body at a URL of AWS. @throws Error if there is none */
  async read(url: string): Promise<string> {
    const curl = ["curl", "--silent", "--show-error", "--fail", "--max-time", "10", ...this.trust];
    const { status, stdout, stderr } = await this.run([...curl, url]);
    if (status !== 0) throw new Error(`${url}: ${stderr}`);
    return stdout;
  }

  /** The HTTP status of STS for a token in place of credentials. */
  async assumeRole(roleArn: string, token: string): Promise<number> {
    const form = {
      ...{ Action: "AssumeRoleWithWebIdentity", Version: "2011-06-15", RoleSessionName: "drill" },
      ...{ RoleArn: roleArn, WebIdentityToken: token },
    };
    const data = Object.entries(form).flatMap(([name, value]) => ["--data-urlencode", `${name}=${value}`]);
    const curl = ["curl", "--silent", "--max-time", "10", "--output", "/dev/null", ...this.trust];
    const url = `https://sts.${this.region}.amazonaws.com/`;
    return Number((await this.run([...curl, "--write-out", "%{http_code}", ...data, url])).stdout);
  }

  /** Whether the apiserver at an address says that it is ready. */
  async isReady(address: string): Promise<boolean> {
    const tls = ["--cacert", path.join(this.folder, "kubernetes-ca.crt")];
    const curl = ["curl", "--silent", "--fail", "--max-time", "2", "--output", "/dev/null", ...tls];
    return (await this.run([...curl, `https://${address}:6443/readyz`])).status === 0;
  }

  /**
   * Starts a client that keeps reading a URL of the Kubernetes API. With an identity, it keeps patching the
   * ConfigMap there. `history` gets every result.
   */
  askApi(url: string, history: string, identityFile?: string): ApiClient {
    return ApiClient.start({
      prefix: ["nsenter", `--net=${this.wire.namespace}`],
      ...{ url, resolver: this.resolver, file: history, identityFile },
      caFile: path.join(this.folder, "kubernetes-ca.crt"),
    });
  }

  /** Starts to watch the members. */
  watchMembers(): Members {
    return new Members(
      [...this.command, "observe", ...this.options],
      path.join(this.folder, "members.jsonl"),
    );
  }

  /**
   * The serial number of etcd's certificate at an address: for clients at port 2379, for peers at port 2380.
   */
  async serialNumber(address: string, port: 2379 | 2380): Promise<string> {
    const where = ["--address", `${address}:${port}`];
    const [program = "", ...words] = [...this.command, "serial", ...where, ...this.tls];
    const { stdout } = await promisify(execFile)(program, words, { timeout: 10_000 });
    return (JSON.parse(stdout) as { serial: string }).serial;
  }
}
