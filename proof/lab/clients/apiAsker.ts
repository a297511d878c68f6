import { readFileSync } from "node:fs";
import { Resolver } from "node:dns/promises";
import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

/** Result of one request to the API, which is repeated once if it fails. */
export interface Ask {
  /** When it ended, in milliseconds since 1970. */
  readonly time: number;
  readonly answered: boolean;
  /** Why the attempts failed. */
  readonly failures: readonly string[];
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply */
const mergePatch = "application/merge-patch+json";

const everyMilliseconds = 100;
const nameMilliseconds = 1000;
/**
 * A write waits for etcd, whose election takes two seconds when the leader is lost:
 * https://etcd.io/docs/latest/tuning/
 */
const attemptMilliseconds = { read: 1000, write: 3000 };

/**
 * The program that `ApiClient` starts. It prints a line of JSON per `Ask` until it is ended. Each attempt
 * resolves the name and connects again. With an `identity`, a certificate and its key in PEM, it writes: it
 * patches the ConfigMap at the URL.
 */
async function main(url: URL, resolverAddress: string, ca: string, identity?: string): Promise<never> {
  const resolver = new Resolver({ timeout: nameMilliseconds, tries: 1 });
  resolver.setServers([resolverAddress]);

  async function attempt(): Promise<void> {
    const addresses = await resolver.resolve4(url.hostname);
    const address = addresses[Math.floor(Math.random() * addresses.length)]; // as Route 53 answers: in any order
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = https.request(url, {
        ...{ hostname: address, servername: url.hostname, ca, cert: identity, key: identity, agent: false },
        method: identity === undefined ? "GET" : "PATCH",
        headers: { host: url.host, ...(identity !== undefined && { "content-type": mergePatch }) },
        signal: AbortSignal.timeout(attemptMilliseconds[identity === undefined ? "read" : "write"]),
      });
      request.once("error", reject).once("response", (answer) => {
        answer.once("error", reject).once("end", () => resolve(answer.statusCode));
        answer.resume();
      });
      request.end(
        identity === undefined ? undefined : JSON.stringify({ data: { written: String(Date.now()) } }),
      );
    });
    if (status !== 200) throw new Error(`status ${status}`);
  }

  for (let next = Date.now(); ; next = Math.max(next + everyMilliseconds, Date.now())) {
    await sleep(Math.max(next - Date.now(), 0));
    const failures: string[] = [];
    const note = (error: NodeJS.ErrnoException) => failures.push(error.code ?? error.message);
    await attempt().catch((error: NodeJS.ErrnoException) => {
      note(error);
      return attempt().catch(note);
    });
    const ask: Ask = { time: Date.now(), answered: failures.length < 2, failures };
    process.stdout.write(`${JSON.stringify(ask)}\n`);
  }
}

if (require.main === module) {
  const [url = "", resolverAddress = "", caFile = "", identityFile] = process.argv.slice(2);
  const identity = identityFile === undefined ? undefined : readFileSync(identityFile, "utf8");
  void main(new URL(url), resolverAddress, readFileSync(caFile, "utf8"), identity);
}
