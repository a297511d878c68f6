import { generateKeyPairSync, randomBytes } from "node:crypto";

/** Private keys and random bytes that the pretended providers made, by the resource that asked for them. */
const made = new Map<string, { privateText: string; publicText: string }>();

/** The same key for the same resource in all runs, so that runs can be compared. */
export function keyPair(name: string, algorithm: string) {
  const known = made.get(name);
  if (known) return known;
  const { privateKey, publicKey } =
    algorithm === "RSA"
      ? generateKeyPairSync("rsa", { modulusLength: 2048 })
      : generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pair = {
    privateText: String(privateKey.export({ type: "pkcs8", format: "pem" })),
    publicText: String(publicKey.export({ type: "spki", format: "pem" })),
  };
  made.set(name, pair);
  return pair;
}

/** Base64. */
export function bytes(name: string, length: number): string {
  const known = made.get(name) ?? { privateText: randomBytes(length).toString("base64"), publicText: "" };
  made.set(name, known);
  return known.privateText;
}

/** What is found of secret key material in `text`, also in base64: the names of the resources that made it. */
export function keyMaterialIn(text: string): string[] {
  return [...made]
    .filter(([, { privateText }]) => traces(privateText).some((trace) => text.includes(trace)))
    .map(([name]) => name);
}

/** The names of all resources that made key material so far. */
export const keyMakers = () => [...made.keys()].sort();

/** Lines that only the secret itself has, as they are and as base64 shows them at each of its three alignments. */
function traces(privateText: string): string[] {
  const lines = privateText.split("\n").filter((line) => line.length >= 20 && !line.startsWith("-----"));
  // The first line of a key names its algorithm, and all keys of one kind share it in part.
  return lines.flatMap((line) => {
    const end = line.slice(-36);
    return [end, ...[0, 1, 2].map((offset) => inBase64(end, offset))];
  });
}

function inBase64(text: string, offset: number): string {
  const whole = Buffer.from(" ".repeat(offset) + text).toString("base64");
  return whole.slice(offset === 0 ? 0 : 4, -4);
}
