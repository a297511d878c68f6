import * as assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import * as path from "node:path";
import { controllerKeyObjects, workerKeyObjects } from "../../ignition/keyObjects";
import * as keys from "../../plan/nodeStoreKeys";

const files = path.join(__dirname, "../../ignition/files");
const folders = Object.values(keys.folders);

/** Every key of the node store that a node's file spells, with what a variable or a placeholder stands for as `*`. */
function spelled(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const start = folders.map((folder) => folder.slice(0, -1)).join("|");
  const key = new RegExp(`(?<![\\w/.-])(?:${start})/[^\\s"')\`,;|]*`, "g");
  for (const name of readdirSync(files, { recursive: true, encoding: "utf8" })) {
    const file = path.join(files, name);
    if (!statSync(file).isFile()) continue;
    for (const [text] of readFileSync(file, "utf8").matchAll(key)) {
      const general = text
        .replace(/:$/, "")
        .replace(/\$\(.*$|\[.*$/, "*")
        .replace(/\$\{?\w+\}?|<\w+>/g, "*")
        .replace(/\*.*\*/, "*");
      found.set(general, [...(found.get(general) ?? []), name]);
    }
  }
  return found;
}

describe("The keys of the node store", () => {
  it("in node files are those of plan/nodeStoreKeys.ts", () => {
    const known = new Set<string>([
      ...folders,
      keys.restoreRequest,
      keys.addonManifest,
      `${keys.formationPrefix}*.json`,
      `${keys.formedPrefix}*.json`,
      keys.snapshotFolder,
      `${keys.snapshotFolder}*`,
      keys.bootstrapToken("*"),
      ...[...controllerKeyObjects, ...workerKeyObjects].map((object) => object.key),
    ]);
    const found = spelled();
    assert.deepEqual(
      [...found].filter(([key]) => !known.has(key)),
      [],
    );
    for (const key of [keys.restoreRequest, keys.addonManifest, `${keys.formationPrefix}*.json`])
      assert.ok(found.has(key), `${key} is in no node file`);
  });

  it("are each below a folder that has a retention and a policy", () => {
    const all = [
      ...Object.values(keys.pki),
      ...[keys.controllerConfigs, keys.poolConfigs("workers"), keys.encryptionConfig, keys.addonManifest],
      ...[keys.sshAuthorizedKeys, keys.snapshotIntervalMinutes],
      ...[keys.formationPrefix, keys.formedPrefix, keys.restoreRequest, keys.snapshotFolder],
      keys.bootstrapToken("prod-pool-workers"),
    ];
    assert.deepEqual(
      all.filter((key) => !folders.some((folder) => key.startsWith(folder))),
      [],
    );
  });

  it("give the epoch of a formation, and of no other object", () => {
    assert.equal(keys.formationEpoch("etcd/formation-12.json"), 12);
    for (const key of [
      "etcd/formation-.json",
      "etcd/formed-1.json",
      "etcd/formation-1.json.bak",
      "formation-1.json",
    ])
      assert.equal(keys.formationEpoch(key), undefined);
  });
});
