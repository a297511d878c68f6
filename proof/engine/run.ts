import { spawn } from "node:child_process";

export interface RunOptions {
  readonly cwd?: string;
  /** Environment on top of this process's own. @default - nothing */
  readonly env?: Readonly<Record<string, string>>;
  /** Seconds after which the command and all its children are ended. @default - no limit */
  readonly limitSeconds?: number;
}

const ENDING_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const ERROR_LINES = 15;

/**
 * Runs a command and returns its standard output. The command and its children end with this process, also on
 * Ctrl-C. If it fails or takes too long, this throws with the command line and its last lines of error
 * output.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const line = [command, ...args].join(" ");
  const end = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended in the meantime.
    }
  };
  const endAndResend = (signal: NodeJS.Signals): void => {
    end();
    release();
    // Without another listener the signal would have ended this process: let it end.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  const release = (): void => {
    process.off("exit", end);
    for (const signal of ENDING_SIGNALS) process.off(signal, endAndResend);
  };
  process.on("exit", end);
  for (const signal of ENDING_SIGNALS) process.on(signal, endAndResend);

  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  let late = false;
  const limit = options.limitSeconds;
  const timer = limit && setTimeout(() => ((late = true), end()), limit * 1000);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    if (late) throw new Error(`\`${line}\` took more than ${limit} s`);
    if (code !== 0)
      throw new Error(`\`${line}\` failed (exit code ${code}):\n${lastLines(errors || output)}`);
    return output;
  } finally {
    if (timer) clearTimeout(timer);
    release();
  }
}

function lastLines(text: string): string {
  return text.trimEnd().split("\n").slice(-ERROR_LINES).join("\n");
}
