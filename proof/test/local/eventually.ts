import { setTimeout as sleep } from "node:timers/promises";

/**
 * The first value that is not undefined, checked every 50 ms. @throws Error after `seconds`, naming what it
 * waited for
 */
export async function eventually<T>(
  what: string,
  find: () => Promise<T | undefined>,
  seconds = 15,
): Promise<T> {
  for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; await sleep(50)) {
    const found = await find();
    if (found !== undefined) return found;
  }
  throw new Error(`${what}: not within ${seconds} s`);
}
