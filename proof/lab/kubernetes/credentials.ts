import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

/** A service account token. */
export interface Token {
  readonly subject: string;
  /** Seconds for which it is valid after its issue; infinite without an expiry. */
  readonly hours: number;
}

/** The public key of a certificate or a public key in PEM, for comparison. */
export const publicKeyOf = (pem: string): string => comparable(createPublicKey(pem));

/**
 * The public keys of all private keys in a text, also of those in kubeconfigs. @throws Error for one that is
 * encrypted or broken
 */
export function publicKeysIn(text: string): string[] {
  const embedded = [...text.matchAll(/client-key-data: *(\S+)/g)].map(([, data = ""]) =>
    Buffer.from(data, "base64").toString(),
  );
  const keys = [text, ...embedded]
    .join("\n")
    .match(/-----BEGIN ([A-Z]+ )?PRIVATE KEY-----[^-]+-----END [A-Z ]+-----/g);
  return (keys ?? []).map((pem) => comparable(createPublicKey(createPrivateKey(pem))));
}

/** All service account tokens in a text: https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/ */
export function tokensIn(text: string): Token[] {
  return [...text.matchAll(/eyJ[\w-]+\.(eyJ[\w-]+)\.[\w-]+/g)].map(([, payload = ""]) => {
    const { sub, iat, exp } = JSON.parse(Buffer.from(payload, "base64url").toString()) as Claims;
    return { subject: sub ?? "nobody", hours: ((exp ?? Infinity) - (iat ?? 0)) / 3600 };
  });
}

interface Claims {
  readonly sub?: string;
  /** Seconds since 1970. */
  readonly iat?: number;
  /** Seconds since 1970. */
  readonly exp?: number;
}

const comparable = (key: KeyObject) => key.export({ type: "spki", format: "der" }).toString("base64");
