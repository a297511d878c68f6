import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { mirrorHost } from "./mirror";

const run = promisify(execFile);

/** Certificates of the front door, all PEM. */
export interface ServerCertificate {
  /** Of the authority, which only the lab's nodes trust. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** Every name that the front door serves: https://docs.aws.amazon.com/general/latest/gr/rande.html */
export function serverNames(region: string): string[] {
  const regional = ["", "s3.", "s3.dualstack.", "ecr."].map(
    (service) => `*.${service}${region}.amazonaws.com`,
  );
  return ["*.amazonaws.com", ...regional, `s3.dualstack.${region}.amazonaws.com`, mirrorHost];
}

/** Makes an authority and one certificate of it with openssl. The authority's key is deleted afterwards. */
export async function makeServerCertificate(region: string): Promise<ServerCertificate> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "lab-aws-"));
  const file = (name: string) => path.join(folder, name);
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "7"];
  const openssl = (...words: string[]) => run("openssl", ["req", "-x509", ...newKey, ...words]);
  const into = (name: string) => ["-keyout", file(`${name}.key`), "-out", file(`${name}.crt`)];
  try {
    await openssl("-subj", "/CN=lab AWS", ...into("authority"));
    await openssl(
      ...["-CA", file("authority.crt"), "-CAkey", file("authority.key"), "-subj", "/CN=amazonaws.com"],
      ...["-addext", "basicConstraints=critical,CA:FALSE", "-addext", "extendedKeyUsage=serverAuth"],
      ...[
        "-addext",
        `subjectAltName=${serverNames(region)
          .map((name) => `DNS:${name}`)
          .join(",")}`,
      ],
      ...into("server"),
    );
    const [authority, certificate, key] = await Promise.all(
      ["authority.crt", "server.crt", "server.key"].map((name) => readFile(file(name), "utf8")),
    );
    return { authority: authority, certificate: certificate, key: key };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
