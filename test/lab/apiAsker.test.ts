import { ok } from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { decode, encode } from "dns-packet";
import { makeServerCertificate } from "../../lab/aws/certificateAuthority";
import { ApiClient } from "../../lab/apiClient";

const name = "api.amazonaws.com";

describe("A client of the API", function () {
  this.timeout(20_000);
  let folder: string;
  let status = 200;
  let server: https.Server;
  const resolver = createSocket("udp4");

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "api-client-"));
    const { authority, certificate, key } = await makeServerCertificate("us-east-1");
    writeFileSync(path.join(folder, "ca.crt"), authority);
    server = https.createServer({ cert: certificate, key }, (question, answer) => {
      answer.statusCode =
        question.url === "/readyz" && question.headers.host?.startsWith(name) ? status : 404;
      answer.end();
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

  it("asks it by its name, again and again, and tells why it had no answer", async () => {
    const client = ApiClient.start({
      prefix: ["env"],
      url: `https://${name}:${(server.address() as AddressInfo).port}/readyz`,
      resolver: `127.0.0.1:${resolver.address().port}`,
      ...{ caFile: path.join(folder, "ca.crt"), file: path.join(folder, "asks.jsonl") },
    });
    try {
      const seen = async (holds: () => boolean) => {
        for (const deadline = Date.now() + 8000; Date.now() < deadline && !holds(); await sleep(50));
        ok(holds(), JSON.stringify(client.asks.slice(-3)));
      };
      await seen(() => client.asks.filter(({ answered }) => answered).length >= 3);
      status = 500;
      await seen(() => {
        const last = client.asks.at(-1);
        return last?.answered === false && last.failures.join() === "status 500,status 500";
      });
    } finally {
      await client.stop();
    }
  });
});
