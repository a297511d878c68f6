import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { Resolver } from "node:dns/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  ListResourceRecordSetsCommand,
  paginateListHostedZones,
  type ListResourceRecordSetsResponse,
  type Route53Client,
} from "@aws-sdk/client-route-53";
import { corefile, type BalancerName, type CorefileArgs, type Zone } from "./corefile";

export interface DnsArgs extends Omit<CorefileArgs, "zones" | "balancers"> {
  /** Current addresses of load balancers, by their DNS names. */
  readonly balancers: () => ReadonlyMap<string, readonly string[]>;
  /** Path of CoreDNS. */
  readonly program: string;
  /** Of the local AWS. */
  readonly route53: Route53Client;
  /** Environment in which AWS's SDKs speak to the local AWS. */
  readonly environment: NodeJS.ProcessEnv;
  /** Folder for configuration and log. */
  readonly folder: string;
  readonly report: (line: string) => void;
}

const pollMilliseconds = 1000;
const startSeconds = 10;

/** The VPC's resolver: CoreDNS with the zones of Route 53. */
export class Dns {
  private server: ChildProcess | undefined;
  private served = "";
  private isClosed = false;
  private loop = Promise.resolve();

  private constructor(private readonly args: DnsArgs) {}

  /** Resolves once it answers. */
  static async open(args: DnsArgs): Promise<Dns> {
    const dns = new Dns(args);
    await dns.serve();
    dns.loop = dns.follow();
    return dns;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.loop;
    await this.end();
  }

  private get log(): string {
    return path.join(this.args.folder, "coredns.log");
  }

  private async follow(): Promise<void> {
    for (; !this.isClosed; await sleep(pollMilliseconds)) {
      try {
        if (this.server?.exitCode !== null) throw new Error(`CoreDNS ended:\n${this.lastWords()}`);
        await this.serve();
      } catch (error) {
        this.served = "";
        if (!this.isClosed) this.args.report(`resolver: ${(error as Error).message}`);
      }
    }
  }

  /** Restarts CoreDNS if zones or load balancers have changed. */
  private async serve(): Promise<void> {
    const zones = await hostedZones(this.args.route53);
    const addresses = this.args.balancers();
    const names = [...addresses].map(([name, own]) => ({ name, addresses: own }));
    const aliases = addresses.size > 0 ? await aliasesOf(this.args.route53, zones, addresses) : [];
    const text = corefile({ ...this.args, zones, balancers: [...names, ...aliases] });
    if (text === this.served) return;
    await this.end();
    const { program, environment, folder } = this.args;
    const configuration = path.join(folder, "Corefile");
    writeFileSync(configuration, text);
    const log = openSync(this.log, "a");
    this.server = spawn(program, ["-conf", configuration], { env: environment, stdio: ["ignore", log, log] });
    closeSync(log);
    await this.untilAnswers(this.server);
    this.served = text;
  }

  private async untilAnswers(server: ChildProcess): Promise<void> {
    const resolver = new Resolver({ timeout: 200, tries: 1 });
    resolver.setServers([this.args.address]);
    for (const deadline = Date.now() + startSeconds * 1000; Date.now() < deadline; await sleep(20)) {
      if (server.exitCode !== null) break;
      const [answer] = await resolver.resolve4("mirror.lab.internal").catch(() => []);
      if (answer === this.args.awsAddress) return;
    }
    throw new Error(
      `CoreDNS does not answer at ${this.args.address}; the end of ${this.log}:\n${this.lastWords()}`,
    );
  }

  private async end(): Promise<void> {
    const { server } = this;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGKILL");
    await ended;
  }

  private lastWords(): string {
    return readFileSync(this.log, "utf8").slice(-1000);
  }
}

async function hostedZones(client: Route53Client): Promise<Zone[]> {
  const zones: Zone[] = [];
  for await (const { HostedZones = [] } of paginateListHostedZones({ client }, {})) {
    for (const { Name = "", Id = "" } of HostedZones) {
      zones.push({ name: Name.replace(/\.$/, ""), id: Id.replace("/hostedzone/", "") });
    }
  }
  return zones.sort((one, other) => one.name.localeCompare(other.name));
}

/** The names in the zones that are aliases of load balancers. */
async function aliasesOf(
  client: Route53Client,
  zones: readonly Zone[],
  addresses: ReadonlyMap<string, readonly string[]>,
): Promise<BalancerName[]> {
  const aliases: BalancerName[] = [];
  for (const { id } of zones) {
    let page: Partial<ListResourceRecordSetsResponse> = {};
    do {
      const { NextRecordName, NextRecordType } = page;
      page = await client.send(
        new ListResourceRecordSetsCommand({
          ...{ HostedZoneId: id, StartRecordName: NextRecordName, StartRecordType: NextRecordType },
        }),
      );
      for (const { Name = "", Type, AliasTarget } of page.ResourceRecordSets ?? []) {
        const own = addresses.get(AliasTarget?.DNSName?.replace(/\.$/, "") ?? "");
        if (Type === "A" && own) aliases.push({ name: Name.replace(/\.$/, ""), addresses: own });
      }
    } while (page.IsTruncated);
  }
  return aliases;
}
