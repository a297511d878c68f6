import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { publicKeyOf, publicKeysIn, tokensIn } from "../../../lab/kubernetes/credentials";

const pem = { type: "spki", format: "pem" } as const;

describe("in a text", () => {
  it("every private key is found, whatever its form, and known by its public half", () => {
    const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const sec1 = ec.privateKey.export({ type: "sec1", format: "pem" }) as string;
    const pkcs8 = rsa.privateKey.export({ type: "pkcs8", format: "pem" }) as string;
    const pkcs1 = rsa.privateKey.export({ type: "pkcs1", format: "pem" }) as string;
    const [ofEc, ofRsa] = [ec, rsa].map(({ publicKey }) => publicKeyOf(publicKey.export(pem) as string));
    assert.deepEqual(publicKeysIn(`${sec1}# a comment\n${pkcs8}`), [ofEc, ofRsa]);
    const kubeconfig = `users:\n- user:\n    client-key-data: ${Buffer.from(pkcs1).toString("base64")}\n`;
    assert.deepEqual(publicKeysIn(kubeconfig), [ofRsa]);
    assert.deepEqual(publicKeysIn(ec.publicKey.export(pem) as string), []);
  });

  it("every service account token is found, with the time for which it counts", () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const token = (claims: object) => `${part({ alg: "RS256" })}.${part(claims)}.c2lnbmF0dXJl`;
    const hour = token({ sub: "system:serviceaccount:a:b", iat: 1000, exp: 4600 });
    const forEver = token({ sub: "system:serviceaccount:a:c" });
    assert.deepEqual(tokensIn(`${hour} and token: ${forEver}`), [
      { subject: "system:serviceaccount:a:b", hours: 1 },
      { subject: "system:serviceaccount:a:c", hours: Infinity },
    ]);
  });
});
