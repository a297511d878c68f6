import { setTimeout as sleep } from "node:timers/promises";
import { passed, type Seen, toLookAt } from "./check";

/** A wait that ended, and how long it took. */
export interface Measured<T> {
  readonly value: T;
  readonly seconds: number;
}

/** The limits of a wait. */
export interface Patience {
  /** Seconds after which the wait fails. */
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** Seconds between two looks: little beside what is measured, and no load for AWS's request limits. */
const pause = 0.5;

/**
 * Looks until there is a value.
 * @param look throws to end the wait at once; undefined or false goes on
 * @throws Error after the time, naming what it waited for; AbortError when the run is interrupted
 */
export async function measure<T>(
  what: string,
  { seconds, signal }: Patience,
  look: () => Promise<T | undefined | false>,
): Promise<Measured<T>> {
  const began = Date.now();
  for (;;) {
    signal.throwIfAborted();
    const value = await look();
    const took = (Date.now() - began) / 1000;
    if (value !== undefined && value !== false) return { value, seconds: took };
    if (took > seconds) throw new Error(`${what}: not within ${seconds} s`);
    await sleep(pause * 1000, undefined, { signal });
  }
}

/** The same for a call that AWS refuses until it has spread what the call needs. `refusals` are names of such errors. */
export const measureAccepted = <T>(
  what: string,
  patience: Patience,
  refusals: readonly string[],
  call: () => Promise<T>,
): Promise<Measured<{ readonly answer: T }>> =>
  measure(what, patience, () =>
    call().then(
      (answer) => ({ answer }),
      (error: Error) => {
        if (refusals.includes(error.name)) return undefined;
        throw error;
      },
    ),
  );

/** Passed if it took no longer than the product bears. */
export function within(seconds: number, bears: number): Seen {
  const told = `after ${seconds.toFixed(1)} s`;
  return seconds <= bears ? passed(told) : toLookAt(`${told}, and the product counts on ${bears} s`);
}
