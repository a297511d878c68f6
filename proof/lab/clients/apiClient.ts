import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Ask } from "./apiAsker";

/**
 * Reads or writes the Kubernetes API by its name every 100 ms, and repeats a failed request once, until it is
 * closed.
 */
export class ApiClient {
  /** The results, the oldest first. */
  readonly asks: Ask[] = [];

  private constructor(
    private readonly asker: ChildProcess,
    private readonly ended: Promise<unknown>,
  ) {}

  /**
   * `prefix` is the command that enters the network namespace of the client; `file` gets a line for every
   * request.
   */
  static start(args: {
    readonly prefix: readonly string[];
    readonly url: string;
    readonly resolver: string;
    readonly caFile: string;
    /** PEM of a certificate and its key, for patching the ConfigMap at the URL. @default - the URL is read */
    readonly identityFile?: string;
    readonly file: string;
  }): ApiClient {
    const [first = "", ...rest] = args.prefix;
    const node = [process.execPath, "--require", "ts-node/register/transpile-only"];
    const program = path.join(__dirname, "apiAsker.ts");
    const words = [...rest, ...node, program, args.url, args.resolver, args.caFile];
    if (args.identityFile !== undefined) words.push(args.identityFile);
    const asker = spawn(first, words, { stdio: ["ignore", "pipe", "inherit"] });
    const client = new ApiClient(asker, once(asker, "close"));
    const file = createWriteStream(args.file);
    createInterface({ input: asker.stdout })
      .on("line", (line) => {
        file.write(`${line}\n`);
        client.asks.push(JSON.parse(line) as Ask);
      })
      .on("close", () => file.end());
    return client;
  }

  /** @throws Error if it had ended before, so that part of the time is not covered */
  async stop(): Promise<void> {
    const { exitCode, signalCode } = this.asker;
    if (exitCode !== null || signalCode !== null)
      throw new Error(`the client of the API had ended before, by ${exitCode ?? signalCode}`);
    this.asker.kill("SIGKILL");
    await this.ended;
  }
}

/** The results until `end`, in milliseconds since 1970, as figures of a drill. */
export function apiFigures(asks: readonly Ask[], end: number): Record<string, number> {
  return {
    "longest gap of the API in ms": longestGap(asks, end),
    "asks of the API": asks.length,
    "asks of the API that failed once": asks.filter((ask) => ask.answered && ask.failures.length > 0).length,
    "asks of the API that failed twice": asks.filter(({ answered }) => !answered).length,
  };
}

/** The longest time between two answers in a row, or between the last answer and the end, in milliseconds. */
export function longestGap(asks: readonly Ask[], end: number): number {
  const answers = asks.filter(({ answered }, index) => answered || index === 0).map(({ time }) => time);
  return Math.max(0, ...answers.map((time, index) => (answers[index + 1] ?? end) - time));
}

/** @throws Error that counts the requests that failed twice, with the reason of the first */
export function noneFailedTwice(asks: readonly Ask[]): void {
  const [first, ...more] = asks.filter(({ answered }) => !answered);
  if (first)
    throw new Error(`${more.length + 1} asks failed twice, the first by ${first.failures.join(" and ")}`);
}
