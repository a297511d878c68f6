import * as assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { configKey } from "../../plan/nodeStoreKeys";
import { Config, run, stackConfig } from "../engine/stack";

const sha512 = (text: string) => createHash("sha512").update(text).digest("hex");

/** By its Auto Scaling group: the configuration as it is stored, and what user data says of it. */
async function configs(config: Config) {
  const { resources } = await run(config);
  return new Map(
    ["controllers", "pool-workers"].map((group) => {
      const stored = resources.find(({ key }) => key === `s3.BucketObjectv2 dev-${group}-config`);
      const template = resources.find(({ key }) => key === `ec2.LaunchTemplate dev-${group}`);
      const userData = Buffer.from(String(template?.inputs.userData), "base64").toString();
      const { bucket, key, content } = stored?.inputs ?? {};
      const pointer = JSON.parse(userData).ignition.config.replace as unknown;
      return [
        group,
        { bucket, key: String(key), content: String(content), kept: stored?.retainOnDelete, pointer },
      ];
    }),
  );
}

describe("A node's configuration in the node store", () => {
  const dev = stackConfig("dev");

  // S3 may not know a version for 15 minutes after a bucket has got versioning.
  it("has a key made of its content's hash, and is read without a version", async () => {
    for (const [group, { bucket, key, content, pointer }] of await configs(dev)) {
      const folder = group === "controllers" ? "ignition/controller/" : "ignition/pool-workers/";
      assert.equal(key, configKey(folder, sha512(content)));
      assert.deepEqual(pointer, {
        source: `s3://${bucket}/${key}`,
        verification: { hash: `sha512-${sha512(content)}` },
      });
    }
  });

  it("gets a new key when its content changes, and the object of an older launch template stays", async () => {
    const before = await configs(dev);
    const labels = { colour: "blue" };
    const after = await configs({ ...dev, workerPools: { workers: { labels } } });
    assert.equal(after.get("controllers")?.key, before.get("controllers")?.key);
    assert.notEqual(after.get("pool-workers")?.key, before.get("pool-workers")?.key);
    for (const { kept } of after.values()) assert.equal(kept, true);
  });
});
