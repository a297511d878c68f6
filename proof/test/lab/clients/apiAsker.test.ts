import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { TLSSocket } from "node:tls";
import { decode, encode } from "dns-packet";
import { makeServerCertificate } from "../../../lab/aws/certificateAuthority";
import type { Ask } from "../../../lab/clients/apiAsker";
import { ApiClient } from "../../../lab/clients/apiClient";

const name = "api.amazonaws.com";

describe("A client of the API", function () {
  this.timeout(20_000);
  let folder: string;
  /** Statuses of the next answers; the last one stays. */
  let statuses = [200];
  const asked: { method?: string; type?: string; body: string; fingerprint?: string }[] = [];
  let server: https.Server;
  let identity: X509Certificate;
  const resolver = createSocket("udp4");

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "api-client-"));
    const { authority, certificate, key } = await makeServerCertificate("us-east-1");
    writeFileSync(path.join(folder, "ca.crt"), authority);
    writeFileSync(path.join(folder, "identity.pem"), certificate + key);
    identity = new X509Certificate(certificate);
    const tls = { cert: certificate, key, requestCert: true, rejectUnauthorized: false };
    server = https.createServer(tls, (question, answer) => {
      void (async () => {
        const { method, url, headers } = question;
        const { fingerprint256: fingerprint } = (question.socket as TLSSocket).getPeerCertificate();
        asked.push({ method, type: headers["content-type"], body: await text(question), fingerprint });
        const status = (statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 0;
        answer.statusCode = url === "/readyz" && headers.host?.startsWith(name) ? status : 404;
        answer.end();
      })();
    });
    resolver.on("message", (bytes, from) => {
      const { id, questions } = decode(bytes);
      const answers = [{ type: "A" as const, name, ttl: 5, data: "127.0.0.1" }];
      resolver.send(encode({ type: "response", id, questions, answers }), from.port, from.address);
    });
    await Promise.all([
      once(server.listen(0, "127.0.0.1"), "listening"),
      once(resolver.bind(0, "127.0.0.1"), "listening"),
    ]);
  });

  after(() => {
    server.close();
    resolver.close();
    rmSync(folder, { recursive: true });
  });

  const start = (identityFile?: string, prefix = "env") =>
    ApiClient.start({
      prefix: [prefix],
      url: `https://${name}:${(server.address() as AddressInfo).port}/readyz`,
      resolver: `127.0.0.1:${resolver.address().port}`,
      ...{ caFile: path.join(folder, "ca.crt"), file: path.join(folder, "asks.jsonl"), identityFile },
    });

  /** Waits until one of the client's asks is so. */
  async function has(client: ApiClient, isSo: (ask: Ask) => boolean): Promise<void> {
    for (
      const deadline = Date.now() + 8000;
      Date.now() < deadline && !client.asks.some(isSo);
      await sleep(50)
    );
    ok(client.asks.some(isSo), JSON.stringify(client.asks.slice(-3)));
  }

  it("asks it by its name, again and again, and tells why it had no answer", async () => {
    statuses = [200];
    const client = start();
    try {
      await has(client, () => client.asks.filter(({ answered }) => answered).length >= 3);
      equal(asked.at(-1)?.method, "GET");
      statuses = [500];
      await has(client, ({ answered, failures }) => !answered && failures.join() === "status 500,status 500");
    } finally {
      await client.stop();
    }
  });

  it("asks once more where that fails, and tells both", async () => {
    statuses = [200, 503, 200];
    const client = start();
    try {
      await has(client, ({ answered, failures }) => answered && failures.join() === "status 503");
    } finally {
      await client.stop();
    }
  });

  it("writes another value each time with its identity", async () => {
    statuses = [200];
    const first = asked.length;
    const client = start(path.join(folder, "identity.pem"));
    try {
      await has(client, () => client.asks.filter(({ answered }) => answered).length >= 2);
    } finally {
      await client.stop();
    }
    const writes = asked.slice(first);
    for (const { method, type, body, fingerprint } of writes) {
      deepEqual([method, type], ["PATCH", "application/merge-patch+json"]);
      match(body, /^\{"data":\{"written":"\d+"\}\}$/);
      equal(fingerprint, identity.fingerprint256);
    }
    equal(new Set(writes.map(({ body }) => body)).size, writes.length);
  });

  it("is not taken for one that asks once its program has ended", async () => {
    const client = start(undefined, "false");
    await sleep(500);
    await rejects(client.stop(), { message: "the client of the API had ended before, by 1" });
  });
});
