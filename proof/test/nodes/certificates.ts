import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: ["ignore", "pipe", "ignore"] });
const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];

/** A certificate authority with the files `<name>.crt` and `<name>.key` in `folder`. */
export class CertificateAuthority {
  readonly certificate: string;
  readonly key: string;

  constructor(
    private readonly folder: string,
    name: string,
  ) {
    this.certificate = path.join(folder, `${name}.crt`);
    this.key = path.join(folder, `${name}.key`);
    openssl("req", "-x509", ...newKey, "-subj", `/CN=${name}`, "-keyout", this.key, "-out", this.certificate);
  }

  /** Certificate and key of a new leaf in one PEM text. */
  leaf(commonName: string, subjectAltNames: string[]): { certificate: string; key: string; pem: string } {
    const [key, certificate] = ["key", "crt"].map((extension) => path.join(this.folder, `leaf.${extension}`));
    openssl(
      ...[
        "req",
        "-x509",
        ...newKey,
        "-CA",
        this.certificate,
        "-CAkey",
        this.key,
        "-subj",
        `/CN=${commonName}`,
      ],
      ...["-addext", `subjectAltName=${subjectAltNames.join(",")}`, "-addext", "basicConstraints=CA:FALSE"],
      ...["-addext", "extendedKeyUsage=serverAuth,clientAuth", "-keyout", key, "-out", certificate],
    );
    const text = { certificate: fs.readFileSync(certificate, "utf8"), key: fs.readFileSync(key, "utf8") };
    return { ...text, pem: text.certificate + text.key };
  }
}

/** The same certificate and key, but valid only from some seconds on, as if a fast clock had made it. */
export function valid(
  { certificate, key }: { certificate: string; key: string },
  authority: CertificateAuthority,
  fromNow: number,
): string {
  const folder = fs.mkdtempSync(path.join(path.dirname(authority.key), "early-"));
  const file = (name: string, text = "") => {
    fs.writeFileSync(path.join(folder, name), text);
    return path.join(folder, name);
  };
  const names = /DNS:.*/.exec(
    openssl("x509", "-in", file("old.crt", certificate), "-noout", "-ext", "subjectAltName").toString(),
  );
  const config = file(
    "ca.cnf",
    [
      ...[
        "[ca]",
        "default_ca = own",
        "[own]",
        `database = ${file("index")}`,
        "default_md = sha256",
        "policy = any",
      ],
      ...[
        `new_certs_dir = ${folder}`,
        "rand_serial = yes",
        "x509_extensions = leaf",
        "[any]",
        "commonName = supplied",
      ],
      ...["[leaf]", "basicConstraints = CA:FALSE", "extendedKeyUsage = serverAuth,clientAuth"],
      `subjectAltName = ${names?.[0].replaceAll("IP Address", "IP")}`,
    ].join("\n"),
  );
  const request = path.join(folder, "request");
  openssl("req", "-new", "-key", file("key", key), "-subj", "/CN=leaf", "-out", request);
  const begin = new Date(Date.now() + fromNow * 1000).toISOString().replace(/[-:T]|\.\d+/g, "");
  const out = path.join(folder, "out.crt");
  openssl(
    ...[
      "ca",
      "-batch",
      "-config",
      config,
      "-cert",
      authority.certificate,
      "-keyfile",
      authority.key,
      "-notext",
    ],
    ...["-startdate", begin, "-days", "2", "-in", request, "-out", out],
  );
  return fs.readFileSync(out, "utf8") + key;
}

/** The etcd leaves' names, as in the product's pki component. */
export const etcdNames = (zone: string) => [
  `DNS:etcd.${zone}`,
  `DNS:*.etcd.${zone}`,
  "DNS:localhost",
  "IP:127.0.0.1",
];
