import { equal, match } from "node:assert/strict";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from "jose";
import { serviceAccountTrust } from "../../../../components/pods/serviceAccountRole";
import type { Call } from "../../../lab/aws/call";
import type { Clients } from "../../../lab/aws/clients";
import { webIdentityRefusal } from "../../../lab/aws/credentials/webIdentity";

const issuer = "https://lab-oidc.s3.us-east-1.amazonaws.com";
const arn = `arn:aws:iam::123456789012:oidc-provider/${issuer.slice(8)}`;
const trust = serviceAccountTrust(arn, issuer, "kube-system", "cloud-controller-manager");
const clients = {
  iam: {
    listOpenIDConnectProviders: () => Promise.resolve({ OpenIDConnectProviderList: [{ Arn: arn }] }),
    getOpenIDConnectProvider: () =>
      Promise.resolve({ Url: issuer.slice(8), ClientIDList: ["sts.amazonaws.com"] }),
    getRole: () =>
      Promise.resolve({ Role: { AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(trust)) } }),
  },
} as unknown as Clients;

describe("STS in the lab, asked with a pod's token", () => {
  let key: CryptoKey;
  let otherKey: CryptoKey;
  let documents: Record<string, string>;

  before(async () => {
    const pair = await generateKeyPair("RS256");
    key = pair.privateKey;
    otherKey = (await generateKeyPair("RS256")).privateKey;
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: "1", alg: "RS256", use: "sig" };
    documents = {
      [`${issuer}/.well-known/openid-configuration`]: JSON.stringify({ jwks_uri: `${issuer}/keys.json` }),
      [`${issuer}/keys.json`]: JSON.stringify({ keys: [jwk] }),
    };
  });

  const read = (url: string) =>
    documents[url] === undefined ? Promise.reject(new Error(url)) : Promise.resolve(documents[url]);

  interface Claims {
    iss?: string;
    aud?: string;
    account?: string;
    until?: string;
    by?: CryptoKey;
  }

  const refusal = async ({ iss = issuer, aud = "sts.amazonaws.com", account, until = "1h", by }: Claims) => {
    const token = await new SignJWT()
      .setProtectedHeader({ alg: "RS256", kid: "1" })
      .setIssuer(iss)
      .setAudience(aud)
      .setSubject(`system:serviceaccount:kube-system:${account ?? "cloud-controller-manager"}`)
      .setExpirationTime(until)
      .sign(by ?? key);
    const form = new URLSearchParams({
      ...{ Action: "AssumeRoleWithWebIdentity", WebIdentityToken: token },
      RoleArn: "arn:aws:iam::123456789012:role/lab-cloud-provider",
    });
    const call = { body: Buffer.from(form.toString()), query: new URLSearchParams() } as unknown as Call;
    return webIdentityRefusal(call, { clients, read });
  };

  it("takes it for the role that trusts this service account", async () => {
    equal(await refusal({}), undefined);
  });

  it("refuses another service account's, and one for another audience", async () => {
    match((await refusal({ account: "default" }))?.message ?? "", /Not authorized to perform sts:Assume/);
    match((await refusal({ aud: "https://kubernetes.default.svc" }))?.message ?? "", /"aud"/);
  });

  it("refuses one that another key has signed, or that has expired", async () => {
    match((await refusal({ by: otherKey }))?.message ?? "", /signature verification failed/);
    equal((await refusal({ until: "-1h" }))?.reason, "expired");
  });

  it("refuses one of an issuer that the account does not know", async () => {
    const found = await refusal({ iss: "https://example.com" });
    match(found?.message ?? "", /No OpenIDConnect provider found in your account for https:\/\/example\.com/);
  });
});
