import { interruptedExitCode } from "../local/interrupt";

/** A terminal, make and a person's second thought may send the signal twice for one Ctrl-C. */
const samePressSeconds = 1;

/** Aborted by the first Ctrl-C, SIGTERM or closed terminal. A second one ends the process at once. */
export function abortedByInterrupt(report: (line: string) => void): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (!controller.signal.aborted) {
        first = Date.now();
        report(
          "\nStopping: what was made is deleted. Once more stops at once, and leaves it to the next run.",
        );
        controller.abort();
      } else if (Date.now() - first > samePressSeconds * 1000) {
        process.exit(interruptedExitCode);
      }
    });
  }
  return controller.signal;
}
