import type { Mistake } from "../../settings/errors";

/**
 * Why this key for Secrets may not follow the `current` one. Only the same and the next key may. Apiservers
 * take the new configuration one after the other, and each must read what the others write. With a smaller
 * key, the configuration would lack a key that nodes have, and they refuse it.
 */
export function judgeEncryptionKey(wanted: number, current: number): Mistake[] {
  if (wanted === current || wanted === current + 1) return [];
  const reason = wanted < current ? "the key number never goes down" : "keys rotate one at a time";
  const remedy = `Secrets are written with key ${current}, and ${reason}: use ${current} or ${current + 1}`;
  return [{ key: "encryption.key", value: wanted, remedy }];
}
