import type { Mistake } from "../../settings/errors";

/**
 * What is wrong with this key for Secrets after the `current` one. Right is that one, or the next, as apiservers take the new
 * configuration one after the other and each must read what the others write. A smaller one never is: its configuration lacks
 * a key that nodes have, and they refuse it.
 */
export function judgeEncryptionKey(wanted: number, current: number): Mistake[] {
  if (wanted === current || wanted === current + 1) return [];
  const reason = wanted < current ? "a key is never taken back" : "keys rotate one at a time";
  const remedy = `Secrets are written with key ${current}, and ${reason}: use ${current} or ${current + 1}`;
  return [{ key: "encryption.key", value: wanted, remedy }];
}
