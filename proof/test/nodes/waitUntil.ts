import { setTimeout as sleep } from "node:timers/promises";

const patienceSeconds = 60;

/** @throws Error if the condition does not hold within a minute */
export async function waitUntil(what: string, condition: () => Promise<boolean> | boolean): Promise<void> {
  for (const deadline = Date.now() + patienceSeconds * 1000; Date.now() < deadline; await sleep(100))
    if (await condition()) return;
  throw new Error(`waited ${patienceSeconds} s for ${what}`);
}
