import { generateKeyPairSync } from "node:crypto";
import * as fs from "node:fs";
import { encryptionConfiguration } from "../../../components/pki/encryptionConfiguration";
import { controllerKeyObjects } from "../../../ignition/keyObjects";
import { settingObjects } from "../../../ignition/settingObjects";
import { CertificateAuthority, etcdNames } from "./certificates";
import { zone } from "./cloud";

/** 32 bytes each, base64. */
export const encryptionKeys = ["first", "second", "third"].map((text) =>
  Buffer.from(text.padEnd(32)).toString("base64"),
);

/** A valid text for every key object of a controller, by its S3 key. All CAs are `etcdCa`, and the etcd leaves real ones of it. */
export function keyObjectTexts(etcdCa: CertificateAuthority): Map<string, string> {
  const certificate = fs.readFileSync(etcdCa.certificate, "utf8");
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = pair.privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  const publicKey = pair.publicKey.export({ type: "spki", format: "pem" }) as string;
  const settings = settingObjects({ sshAuthorizedKeys: [], snapshotIntervalMinutes: 60 });
  const text = (name: string) => {
    if (name in settings) return settings[name];
    if (name.endsWith(".pem")) return etcdCa.leaf("etcd", etcdNames(zone)).pem;
    if (name.endsWith(".crt")) return certificate;
    if (name.endsWith("ca.key")) return fs.readFileSync(etcdCa.key, "utf8");
    if (name.endsWith(".key")) return key;
    return name.endsWith(".pub") ? publicKey : encryptionConfiguration(encryptionKeys.slice(0, 2), 1);
  };
  return new Map(controllerKeyObjects.map(({ key: name }) => [name, text(name)]));
}
