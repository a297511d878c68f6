import { generateKeyPairSync } from "node:crypto";
import * as fs from "node:fs";
import { controllerKeyObjects } from "../../ignition/keyObjects";
import { CertificateAuthority, etcdNames } from "./certificates";
import { zone } from "./cloud";

/** A valid text for every key object of a controller, by its S3 key. The etcd leaves are real ones of `etcdCa`. */
export function keyObjectTexts(etcdCa: CertificateAuthority): Map<string, string> {
  const certificate = fs.readFileSync(etcdCa.certificate, "utf8");
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = pair.privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  const publicKey = pair.publicKey.export({ type: "spki", format: "pem" }) as string;
  const text = (name: string) => {
    if (name.endsWith(".pem")) return etcdCa.leaf("etcd", etcdNames(zone)).pem;
    if (name.endsWith(".crt")) return certificate;
    if (name.endsWith(".key")) return key;
    return name.endsWith(".pub") ? publicKey : "kind: EncryptionConfiguration\n";
  };
  return new Map(controllerKeyObjects.map(({ key: name }) => [name, text(name)]));
}
