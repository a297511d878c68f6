import * as assert from "node:assert/strict";
import { thereBefore } from "./order";
import { Run, run, stackConfig } from "../engine/stack";

describe("The order of things", () => {
  let dev: Run;
  before(async () => {
    dev = await run(stackConfig("dev"));
  });
  const made = (...types: string[]) =>
    dev.resources.filter(({ type }) => types.some((each) => type.startsWith(each))).map(({ key }) => key);

  const customBelow = (name: string) =>
    dev.resources.filter((each) => each.custom && each.name.startsWith(name)).map(({ key }) => key);

  it("makes everything that a controller needs before the first controller boots", () => {
    const before = thereBefore(dev, "autoscaling.Group dev-controllers");
    const missing = dev.resources
      .filter(({ key, custom }) => custom && !before.has(key))
      .map(({ key }) => key);
    const later = ["autoscaling.Group dev-controllers", ...customBelow("dev-pool-workers")];
    // No node needs the administrator's certificate or the bucket's lifecycle; anything else here would be a race.
    const unneeded = ["dev-pki-admin", "dev-backups"].flatMap(customBelow);
    assert.deepEqual(missing.sort(), [...later, ...unneeded].sort());
  });

  it("makes the controllers before a pool, and deletes pools first", () => {
    const before = thereBefore(dev, "autoscaling.Group dev-pool-workers");
    assert.ok(before.has("autoscaling.Group dev-controllers"));
  });

  it("deletes the group before the function that keeps its records, and the zone last", () => {
    const before = thereBefore(dev, "autoscaling.Group dev-controllers");
    for (const key of made(
      "lambda.Function",
      "cloudwatch.EventTarget",
      "cloudwatch.EventRule",
      "route53.Zone",
    )) {
      assert.ok(before.has(key), key);
    }
    assert.ok(thereBefore(dev, "lambda.Function dev-discovery").has("route53.Zone dev-dns"));
  });

  it("gives a role its policy before an instance or the function uses it", () => {
    assert.ok(thereBefore(dev, "autoscaling.Group dev-pool-workers").has("iam.RolePolicy dev-pool-workers"));
    assert.ok(thereBefore(dev, "lambda.Function dev-discovery").has("iam.RolePolicy dev-discovery"));
  });

  it("closes and encrypts the node store before it contains a secret", () => {
    const guards = made("s3.").filter((key) => /^s3\.Bucket\w+ dev-store$/.test(key));
    assert.equal(guards.length, 4);
    for (const key of made("s3.BucketObjectv2").filter((each) => /dev-(store|controllers|pool)/.test(each))) {
      for (const guard of guards) assert.ok(thereBefore(dev, key).has(guard), `${key} after ${guard}`);
    }
  });

  it("publishes the issuer's documents before AWS trusts them", () => {
    const before = thereBefore(dev, "iam.OpenIdConnectProvider dev-identity");
    for (const key of made("s3.").filter((each) => each.includes(" dev-identity")))
      assert.ok(before.has(key), key);
  });

  it("makes a route to the internet before a public API's load balancer; an internal one waits for nothing public", async () => {
    const publicApi = { access: "public", allowedCidrs: ["203.0.113.0/24"] };
    const before = async (api: object) =>
      thereBefore(await run({ ...stackConfig("dev"), api }), "lb.LoadBalancer dev-api");
    const ways = ["ec2.InternetGateway dev-network", "ec2.Route dev-network-public"];
    for (const way of ways) {
      assert.ok((await before(publicApi)).has(way), way);
      assert.ok(!(await before({ access: "internal" })).has(way), way);
    }
  });

  it("makes a route to the internet before a node, a NAT gateway or a bastion needs it", async () => {
    const nat = thereBefore(dev, "ec2.NatGateway dev-network-eu-central-1a");
    assert.ok(nat.has("ec2.InternetGateway dev-network"));
    const access = {
      kind: "bastion",
      allowedCidrs: ["203.0.113.0/24"],
      sshAuthorizedKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE0 someone"],
    };
    const bastion = thereBefore(await run({ ...stackConfig("dev"), access }), "ec2.Instance dev-access");
    assert.ok(bastion.has("ec2.Route dev-network-public"));
  });
});
