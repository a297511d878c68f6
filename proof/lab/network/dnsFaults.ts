import { createSocket, type RemoteInfo, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { decode, encode } from "dns-packet";
import { shell } from "../execute";

/** Faults of the resolver; an absent one is off. May change at any time. */
export interface DnsFaults {
  /** Delay of each answer, chosen at random between the two. */
  delayMilliseconds?: readonly [number, number];
  /** Share of the questions that get no answer, 0 to 1. */
  dropShare?: number;
  /** Share of the UDP answers with several records that lack one of them, 0 to 1. */
  partialShare?: number;
}

const dnsPort = 53;
const relayPort = 10053;
const tickMilliseconds = 100;
const answerMilliseconds = 5000;

/**
 * A relay in front of the resolver that applies `faults`. Questions pass through it only while a fault is
 * set.
 */
export class DnsFaultRelay {
  private isInPath = false;
  private isClosed = false;
  private loop = Promise.resolve();

  private constructor(
    private readonly address: string,
    private readonly faults: DnsFaults,
    private readonly report: (line: string) => void,
    private readonly udp: UdpSocket,
    private readonly tcp: Server,
  ) {
    udp.on("message", (question, from) => this.guard(this.answer(question, from)));
    tcp.on("connection", (client) => this.guard(this.passOn(client)));
  }

  static async open(
    address: string,
    faults: DnsFaults,
    report: (line: string) => void,
  ): Promise<DnsFaultRelay> {
    const udp = createSocket("udp4");
    const tcp = createServer();
    await Promise.all([
      once(udp.bind(relayPort, address), "listening"),
      once(tcp.listen(relayPort, address), "listening"),
    ]);
    await shell("nft -f -", { input: questions });
    const relay = new DnsFaultRelay(address, faults, report, udp, tcp);
    relay.loop = relay.follow();
    return relay;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.loop;
    await shell("nft delete table inet dns_faults");
    this.udp.close();
    this.tcp.close();
  }

  private async follow(): Promise<void> {
    for (; !this.isClosed; await sleep(tickMilliseconds)) {
      const { delayMilliseconds, dropShare, partialShare } = this.faults;
      const isWanted = delayMilliseconds !== undefined || Boolean(dropShare) || Boolean(partialShare);
      if (isWanted === this.isInPath) continue;
      try {
        await (isWanted ? this.stepIn() : this.stepOut());
      } catch (error) {
        this.report(`resolver's faults: ${(error as Error).message}`);
      }
    }
  }

  // The chain itself stays: a question that came through the relay must be answered through it.
  private async stepIn(): Promise<void> {
    const question = `ip daddr ${this.address} meta l4proto { tcp, udp } th dport ${dnsPort}`;
    const rule = `${question} dnat ip to ${this.address}:${relayPort}`;
    await shell(`nft 'add rule inet dns_faults questions ${rule}'`);
    this.isInPath = true;
  }

  private async stepOut(): Promise<void> {
    await shell("nft flush chain inet dns_faults questions");
    this.isInPath = false;
  }

  private async answer(question: Buffer, from: RemoteInfo): Promise<void> {
    const { faults } = this;
    if (happens(faults.dropShare)) return;
    const answer = await this.ask(question);
    await this.delay();
    if (answer)
      this.udp.send(happens(faults.partialShare) ? withOneLess(answer) : answer, from.port, from.address);
  }

  /** The resolver's own answer; undefined if there is none in time. */
  private async ask(question: Buffer): Promise<Buffer | undefined> {
    const socket = createSocket("udp4");
    const limit = AbortSignal.timeout(answerMilliseconds);
    try {
      socket.send(question, dnsPort, this.address);
      const [answer] = (await once(socket, "message", { signal: limit })) as [Buffer];
      return answer;
    } catch (error) {
      if (limit.aborted) return undefined;
      throw error;
    } finally {
      socket.close();
    }
  }

  private async passOn(client: Socket): Promise<void> {
    client.on("error", () => client.destroy());
    if (happens(this.faults.dropShare)) return void client.destroy();
    await this.delay();
    const server = connect(dnsPort, this.address);
    server.on("error", () => client.destroy());
    client.pipe(server).pipe(client);
  }

  private async delay(): Promise<void> {
    const [least, most] = this.faults.delayMilliseconds ?? [0, 0];
    await sleep(least + Math.random() * (most - least));
  }

  private guard(work: Promise<void>): void {
    work.catch((error: Error) => {
      if (!this.isClosed) this.report(`resolver's faults: ${error.message}`);
    });
  }
}

const questions = `
table inet dns_faults {
  chain questions {
    type nat hook prerouting priority dstnat;
  }
}
`;

const happens = (share = 0) => Math.random() < share;

/** The answer without one of its records, if it has several. */
export function withOneLess(answer: Buffer): Buffer {
  const packet = decode(answer);
  const answers = packet.answers ?? [];
  if (answers.length < 2) return answer;
  const without = Math.floor(Math.random() * answers.length);
  return encode({ ...packet, answers: answers.filter((_, index) => index !== without) });
}
