import { spawn } from "node:child_process";
import { constants } from "node:os";

/** How a command ended and what it printed. */
export interface Outcome {
  /** Exit status. For a command that a signal ended: 128 plus the signal's number, as in a shell. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecuteOptions {
  /** What the command reads from standard input. @default - nothing */
  readonly input?: string;
  /** Its whole environment. @default - this process's */
  readonly env?: NodeJS.ProcessEnv;
  /** Seconds after which the command is killed, which is an Error. @default 60 */
  readonly seconds?: number;
  /** Aborting it kills the command, which is an AbortError. */
  readonly signal?: AbortSignal;
}

const shownLines = 15;

/** Runs a command, whatever its exit status. Throws an Error if it cannot be started or takes too long. */
export async function attempt(
  command: string,
  args: readonly string[],
  { input, env, seconds = 60, signal: abort }: ExecuteOptions = {},
): Promise<Outcome> {
  const child = spawn(command, args, {
    env,
    signal: abort,
    killSignal: "SIGKILL",
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => undefined).end(input ?? "");
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
    // The command's children may hold these open.
    child.stdout.destroy();
    child.stderr.destroy();
  }, seconds * 1000);
  try {
    const status = await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGTERM"]));
    });
    if (late)
      throw new Error(`\`${shown(command, args)}\` took more than ${seconds} s\n${lastLines(stderr)}`);
    return { status, stdout, stderr };
  } finally {
    clearTimeout(timer);
  }
}

/** Runs a command and returns its standard output; throws with the command and its last lines if it fails. */
export async function execute(
  command: string,
  args: readonly string[],
  options: ExecuteOptions = {},
): Promise<string> {
  const { status, stdout, stderr } = await attempt(command, args, options);
  if (status !== 0) {
    throw new Error(
      `\`${shown(command, args)}\` failed (exit status ${status}):\n${lastLines(stderr || stdout)}`,
    );
  }
  return stdout;
}

/** Runs shell commands, each of which must succeed. */
export const shell = (commands: string, options: ExecuteOptions = {}): Promise<string> =>
  execute("sh", ["-euc", commands], options);

/** The end of a longer text. */
export const lastLines = (text: string, count = shownLines): string =>
  text.trimEnd().split("\n").slice(-count).join("\n");

function shown(command: string, args: readonly string[]): string {
  const line = [command, ...args].join(" ");
  return line.length > 200 ? `${line.slice(0, 200)} ...` : line;
}
