import { setTimeout as sleep } from "node:timers/promises";

const pauseMilliseconds = 250;

/**
 * Waits until `holds` returns true; otherwise it returns what it saw. The pause between two looks is at least twice as
 * long as a look, so that looking (often a kubectl) does not slow down what is waited for.
 * @throws Error that names `what` and what was seen last, after `seconds`
 */
export async function until(
  what: string,
  seconds: number,
  holds: () => true | string | Promise<true | string>,
): Promise<void> {
  let seen: true | string = "nothing";
  for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline;) {
    const began = Date.now();
    seen = await holds();
    if (seen === true) return;
    await sleep(Math.max(pauseMilliseconds, 2 * (Date.now() - began)));
  }
  throw new Error(`not within ${Math.round(seconds)} s: ${what}; ${seen}`);
}
