import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Ask } from "./apiAsker";

/** Asks the Kubernetes API by its name every 100 ms, or writes to it, and once more where that fails, for as long as it lives. */
export class ApiClient {
  /** What came of it, the oldest first. */
  readonly asks: Ask[] = [];

  private constructor(
    private readonly asker: ChildProcess,
    private readonly ended: Promise<unknown>,
  ) {}

  /** `prefix` is the command that enters the network it asks from; `file` gets every ask as a line. */
  static start(args: {
    readonly prefix: readonly string[];
    readonly url: string;
    readonly resolver: string;
    readonly caFile: string;
    /** PEM of a certificate and its key: with it the ConfigMap at the URL is patched. @default - the URL is read */
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

  async stop(): Promise<void> {
    this.asker.kill("SIGKILL");
    await this.ended;
  }
}

/** The asks as figures of a drill. */
export function apiFigures(asks: readonly Ask[]): Record<string, number> {
  return {
    "longest gap of the API in ms": longestGap(asks),
    "asks of the API": asks.length,
    "asks of the API that failed twice": asks.filter(({ answered }) => !answered).length,
  };
}

/** The longest time between two answers in a row, or between the last one and the end, in milliseconds. */
export function longestGap(asks: readonly Ask[]): number {
  const ends = asks.filter(({ answered }, index) => answered || index === 0 || index === asks.length - 1);
  return Math.max(0, ...ends.slice(1).map(({ time }, index) => time - (ends[index]?.time ?? time)));
}
