import { setTimeout as sleep } from "node:timers/promises";

/**
 * Waits until `holds` returns true; otherwise it returns what it saw.
 * @throws Error that names `what` and what was seen last, after `seconds`
 */
export async function until(
  what: string,
  seconds: number,
  holds: () => true | string | Promise<true | string>,
): Promise<void> {
  let seen: true | string = "nothing";
  for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; await sleep(250)) {
    seen = await holds();
    if (seen === true) return;
  }
  throw new Error(`not within ${Math.round(seconds)} s: ${what}; ${seen}`);
}
