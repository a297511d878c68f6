import { closeSync, openSync } from "node:fs";

/** The exit code of a run that Ctrl-C has ended. */
export const interruptedExitCode = 130;

let engine: AbortController | undefined;
let asked = 0;

/** Whether the run has been asked to stop. */
export function isInterrupted(): boolean {
  return asked > 0;
}

/**
 * Makes Ctrl-C (SIGINT) and SIGTERM end the run so that the next run can go on from there. It ends at once if
 * the engine is idle, else after the engine has finished the changes in progress. A second signal always ends
 * it.
 */
export function endOnInterrupt(): void {
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      asked++;
      if (!engine) process.exit(interruptedExitCode);
      if (asked === 1) {
        console.error("\nStopping: the engine finishes what it has begun. Once more stops it at once.");
        // The terminal sends Ctrl-C to the engine too; a second SIGINT would kill it.
        if (name === "SIGTERM" || !hasTerminal()) engine.abort();
      } else {
        setTimeout(() => process.exit(interruptedExitCode), 3000);
      }
    });
  }
}

/** Runs an operation of the engine. A first interrupt asks the engine to stop, and this waits until it has. */
export async function withEngine<T>(operation: (signal: AbortSignal) => Promise<T>): Promise<T> {
  engine = new AbortController();
  try {
    return await operation(engine.signal);
  } finally {
    engine = undefined;
  }
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}
