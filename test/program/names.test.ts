import * as assert from "node:assert/strict";
import { nameLimits } from "../../settings/limits";
import { region } from "../engine/region";
import { run, stackConfig } from "../engine/stack";
import { withSecrets } from "../engine/wire";

/** Of AWS's regions none has a longer name, https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html */
const here = region("us-isof-south-1");
const twenty = "abcdefghij-klmnopqrs";
const key = "ssh-ed25519 AAAA someone";

/** Everything that is named, as long as the settings make it. */
const longest = {
  ...stackConfig("local"),
  "aws:region": here.name,
  name: twenty,
  domain: `${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(8)}`,
  access: { kind: "bastion", allowedCidrs: ["203.0.113.0/24"], sshAuthorizedKeys: [key] },
  workerPools: { [`p${twenty.slice(1)}`]: { min: 1, max: 2 } },
};

describe("With the longest settings", () => {
  it("no name is longer than AWS allows", async function () {
    this.timeout(120_000);
    const { resources } = await run(longest, { region: here });
    const named = resources.filter(({ custom, inputs }) => custom && typeof inputs.name === "string");
    const kinds = new Set(named.map(({ type }) => type));
    assert.ok(kinds.has("iam.Role") && kinds.has("lb.LoadBalancer"));
    for (const { type, key, inputs } of named) {
      assert.ok(type in nameLimits, `${type} has a name, and settings/limits.ts no limit for it`);
      assert.ok(inputs.name.length <= nameLimits[type].most, `${key}: ${inputs.name}`);
    }
    for (const { key, inputs } of resources.filter(({ type }) => type === "s3.Bucket"))
      assert.ok(inputs.bucket.length <= nameLimits["s3.Bucket"].most, `${key}: ${inputs.bucket}`);
  });

  it("no role's policy exceeds IAM's 10,240 characters, and no object's metadata exceeds S3's 2,048", async function () {
    this.timeout(120_000);
    const { resources } = await run(longest, { region: here });
    for (const { key, inputs } of resources.filter(({ type }) => type === "iam.RolePolicy")) {
      const policy = withSecrets(inputs.policy);
      const text = typeof policy === "string" ? policy : JSON.stringify(policy);
      assert.ok(text.replace(/\s/g, "").length <= 10_240, key);
    }
    for (const { key, inputs } of resources.filter(({ inputs }) => inputs.metadata !== undefined))
      assert.ok(Object.entries<string>(inputs.metadata).flat().join("").length <= 2048, key);
  });
});
