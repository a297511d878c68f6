import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";

/** The verdict of porcupine and of the counts on a history (proof/lab/go/client check). */
export interface Verdict {
  readonly linearizable: boolean | "unknown";
  readonly acknowledged: number;
  /**
   * Writes that were not acknowledged at first and were repeated once; `failed` and `unknown` are the others,
   * and those that failed twice.
   */
  readonly sentAgain: number;
  readonly failed: number;
  readonly unknown: number;
  /** Null if the log was not read at the end. */
  readonly lost: number | null;
  /** When the first of them was acknowledged. */
  readonly lostFrom?: string;
  readonly longestPauseMs: number;
  /** Pauses of more than half a second; `at` is their start. */
  readonly pauses: readonly { readonly at: string; readonly ms: number }[];
}

/** A part of a history; times in ISO 8601. */
export interface Window {
  readonly from?: string;
  readonly to?: string;
}

/** Clients that read and write at every client endpoint of the SRV records, and record the results. */
export class Load {
  private constructor(
    private readonly client: ChildProcess,
    private readonly program: string,
    readonly history: string,
  ) {}

  /** `command` starts the clients; `program` is the client program, which also checks the history. */
  static start(command: readonly string[], program: string, history: string): Load {
    const [first = "", ...rest] = command;
    const client = spawn(first, [...rest, "--history", history], { stdio: ["ignore", "ignore", "inherit"] });
    return new Load(client, program, history);
  }

  /** Lets the clients finish their requests and read everything back. */
  async stop(): Promise<void> {
    if (this.client.exitCode === null && this.client.signalCode === null) {
      const closed = once(this.client, "close");
      this.client.kill("SIGTERM");
      await closed;
    }
    if (this.client.exitCode !== 0) throw new Error(`the clients ended with status ${this.client.exitCode}`);
  }

  /** Checks the history, or a part of it. */
  async check({ from, to }: Window = {}): Promise<Verdict> {
    const window = [...(from ? ["--from", from] : []), ...(to ? ["--to", to] : [])];
    const words = ["check", "--history", this.history, ...window];
    const { stdout } = await promisify(execFile)(this.program, words);
    return JSON.parse(stdout) as Verdict;
  }
}
