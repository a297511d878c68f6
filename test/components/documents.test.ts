import * as assert from "node:assert/strict";
import {
  createHash,
  createPublicKey,
  createSign,
  createVerify,
  generateKeyPairSync,
  JsonWebKey,
} from "node:crypto";
import * as fc from "fast-check";
import { parse } from "yaml";
import { encryptionConfiguration } from "../../components/pki/encryptionConfiguration";
import { discoveryDocument, jsonWebKeySet } from "../../components/pki/issuerDocuments";
import { kubeconfig } from "../../components/pki/kubeconfig";
import { serviceAccountTrust } from "../../components/pods/serviceAccountRole";

const pem = fc
  .tuple(
    fc.constantFrom("CERTIFICATE", "PRIVATE KEY"),
    fc.uint8Array({ minLength: 1, maxLength: 200 }),
    fc.boolean(),
  )
  .map(([kind, bytes, windows]) => {
    const body = Buffer.from(bytes).toString("base64").replace(/.{64}/g, "$&\n");
    const text = `-----BEGIN ${kind}-----\n${body}\n-----END ${kind}-----\n`;
    return windows ? text.replaceAll("\n", "\r\n") : text;
  });

describe("The kubeconfig", () => {
  it("holds exactly the given texts, with any line endings", () => {
    fc.assert(
      fc.property(pem, pem, pem, (caPem, certificatePem, privateKeyPem) => {
        const server = "https://api.dev.k8s.example.com:6443";
        const text = kubeconfig({ cluster: "dev", server, caPem, certificatePem, privateKeyPem });
        const { clusters, users, contexts, ...rest } = parse(text);
        const decoded = (base64: string) => Buffer.from(base64, "base64").toString();
        assert.deepEqual(rest, { apiVersion: "v1", kind: "Config", "current-context": "dev" });
        assert.deepEqual(contexts, [{ name: "dev", context: { cluster: "dev", user: "dev-admin" } }]);
        assert.deepEqual([clusters[0].name, clusters[0].cluster.server], ["dev", server]);
        assert.equal(decoded(clusters[0].cluster["certificate-authority-data"]), caPem);
        assert.equal(users[0].name, "dev-admin");
        assert.equal(decoded(users[0].user["client-certificate-data"]), certificatePem);
        assert.equal(decoded(users[0].user["client-key-data"]), privateKeyPem);
        assert.doesNotMatch(text, /\r|-data: [|>]/, "each datum is one line");
      }),
    );
  });

  it("names the cluster even with a word that YAML 1.1 reads as a boolean", () => {
    const [server, pems] = ["https://api", { caPem: "a", certificatePem: "b", privateKeyPem: "c" }];
    for (const cluster of ["no", "yes", "on", "off", "true", "false", "null", "e1"]) {
      const text = kubeconfig({ cluster, server, ...pems });
      const { clusters, contexts, ...rest } = parse(text, { version: "1.1" });
      assert.equal(clusters[0].name, cluster);
      assert.deepEqual(contexts, [{ name: cluster, context: { cluster, user: `${cluster}-admin` } }]);
      assert.equal(rest["current-context"], cluster);
      assert.match(text, /^apiVersion: v1\n/, "no directive, of which kubectl knows nothing");
    }
  });
});

describe("The service-account issuer", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const publicKeyPem = String(publicKey.export({ type: "spki", format: "pem" }));
  const [key, ...others] = JSON.parse(jsonWebKeySet(publicKeyPem)).keys as (JsonWebKey & { kid: string })[];

  it("publishes one key, with the key id that the apiserver writes into tokens", () => {
    const der = createPublicKey(publicKeyPem).export({ type: "spki", format: "der" });
    assert.equal(key.kid, createHash("sha256").update(der).digest("base64url"));
    assert.deepEqual([key.use, key.alg, key.kty], ["sig", "RS256", "RSA"]);
    assert.deepEqual(others, []);
  });

  it("publishes a key that verifies its tokens, and no part of the private key", () => {
    const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
    const token = `${encoded({ alg: "RS256", kid: key.kid })}.${encoded({ sub: "system:serviceaccount:a:b" })}`;
    const signature = createSign("RSA-SHA256").update(token).sign(privateKey);
    const published = createPublicKey({ key, format: "jwk" });
    assert.ok(createVerify("RSA-SHA256").update(token).verify(published, signature));
    assert.ok(!createVerify("RSA-SHA256").update(`${token}.`).verify(published, signature));
    assert.deepEqual(Object.keys(key).sort(), ["alg", "e", "kid", "kty", "n", "use"]);
  });

  it("accepts the key with either line ending, and with spaces around it", () => {
    for (const text of [publicKeyPem.replaceAll("\n", "\r\n"), `\n${publicKeyPem}\n`]) {
      assert.equal(jsonWebKeySet(text), jsonWebKeySet(publicKeyPem));
    }
  });

  it("is described as OpenID Connect and Kubernetes require", () => {
    assert.deepEqual(JSON.parse(discoveryDocument("https://issuer.example.com")), {
      issuer: "https://issuer.example.com",
      jwks_uri: "https://issuer.example.com/keys.json",
      authorization_endpoint: "urn:kubernetes:programmatic_authorization",
      response_types_supported: ["id_token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
      claims_supported: ["sub", "iss"],
    });
  });

  it("is trusted only for one service account of one namespace, and for tokens made for AWS", () => {
    assert.deepEqual(
      serviceAccountTrust("arn:provider", "https://issuer.example.com", "kube-system", "csi"),
      {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Federated: "arn:provider" },
            Action: "sts:AssumeRoleWithWebIdentity",
            Condition: {
              StringEquals: {
                "issuer.example.com:aud": "sts.amazonaws.com",
                "issuer.example.com:sub": "system:serviceaccount:kube-system:csi",
              },
            },
          },
        ],
      },
    );
  });
});

describe("The apiserver's encryption configuration", () => {
  const keysOf = (text: string) => {
    const { resources } = parse(text) as {
      resources: [{ providers: [{ secretbox: { keys: { name: string; secret: string }[] } }] }];
    };
    return resources[0].providers[0].secretbox.keys;
  };

  it("encrypts Secrets, and still reads unencrypted ones", () => {
    assert.deepEqual(parse(encryptionConfiguration(["one", "two"], 1)), {
      apiVersion: "apiserver.config.k8s.io/v1",
      kind: "EncryptionConfiguration",
      resources: [
        {
          resources: ["secrets"],
          providers: [
            {
              secretbox: {
                keys: [
                  { name: "key1", secret: "one" },
                  { name: "key2", secret: "two" },
                ],
              },
            },
            { identity: {} },
          ],
        },
      ],
    });
  });

  it("writes with the current key, and reads with the next key and all earlier keys", () => {
    const names = keysOf(encryptionConfiguration(["one", "two", "three", "four"], 3)).map(({ name }) => name);
    assert.deepEqual(names, ["key3", "key4", "key2", "key1"]);
  });

  it("at every rotation can read what apiservers with the previous or the next configuration write", () => {
    const keys = fc.array(fc.base64String({ minLength: 44, maxLength: 44 }), { minLength: 3, maxLength: 9 });
    fc.assert(
      fc.property(keys, (all) => {
        const current = all.length - 2;
        const before = keysOf(encryptionConfiguration(all.slice(0, -1), current));
        const after = keysOf(encryptionConfiguration(all, current + 1));
        assert.deepEqual(before.find(({ name }) => name === after[0]?.name)?.secret, after[0]?.secret);
        for (const known of before)
          assert.deepEqual(after.find(({ name }) => name === known.name)?.secret, known.secret);
      }),
    );
  });

  it("cannot be made while a key is missing", () => {
    assert.throws(() => encryptionConfiguration(["one", "two"], 2), /there are 2 keys, not 3$/);
  });
});
