import { createHash, createPublicKey } from "node:crypto";

/**
 * The discovery document of the service-account issuer
 * (https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#service-account-issuer-discovery).
 */
export function discoveryDocument(issuer: string): string {
  return JSON.stringify({
    issuer,
    jwks_uri: `${issuer}/keys.json`,
    authorization_endpoint: "urn:kubernetes:programmatic_authorization",
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    claims_supported: ["sub", "iss"],
  });
}

/**
 * The issuer's public key as a JSON Web Key Set. The apiserver writes its key id into tokens: the URL-safe
 * base64 of the SHA-256 of the key's DER form.
 * @param publicKeyPem an RSA public key
 */
export function jsonWebKeySet(publicKeyPem: string): string {
  const key = createPublicKey(publicKeyPem);
  const der = key.export({ type: "spki", format: "der" });
  const kid = createHash("sha256").update(der).digest("base64url");
  const { kty, n, e } = key.export({ format: "jwk" });
  return JSON.stringify({ keys: [{ use: "sig", alg: "RS256", kid, kty, n, e }] });
}
