import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import * as pulumi from "@pulumi/pulumi";
import { controllersInFewZones } from "../../preflight/nodes/instanceTypes";
import { judgeQuotas } from "../../preflight/quotas";
import { parseSettings } from "../../settings";
import { region, Region } from "../engine/region";
import { attempt, Config, stackConfig } from "../engine/stack";

const dev = stackConfig("dev");
const here = region("eu-central-1");
const increase = (service: string, code: string) =>
  `ask for more (aws service-quotas request-service-quota-increase --region eu-central-1 --service-code ${service} --quota-code ${code} --desired-value <number>)`;
const publicKey =
  "AWS could not read the public key of service accounts, and no pod would get a role: turn this off for the account " +
  "(S3, Block Public Access settings for this account; no other bucket becomes public), or in the organisation's S3 policy, or use another account";
const ofAccount = (...lines: string[]) =>
  [
    "The account does not let this cluster be made:",
    ...lines.map((line) => `  account 123456789012: ${line}`),
  ].join("\n");

/** The same region when the cluster stands: it has notes. */
const standing = (where: Region): Region => ({
  ...where,
  stored: ["encryption/encryption.yaml"],
  metadata: { "encryption/encryption.yaml": { "encryption-key": "1" } },
});

const block = (blockPublicPolicy: boolean, restrictPublicBuckets: boolean): Region => ({
  ...here,
  publicAccessBlock: { blockPublicPolicy, restrictPublicBuckets },
});
const prod: Config = { ...stackConfig("prod"), "aws:region": "eu-central-1", alarmTopicArn: undefined };
const addresses = { "web-1": "192.0.2.1", "web-2": "192.0.2.2", "web-3": "192.0.2.3" };

const refusals: [title: string, config: Config, where: Region, message: string][] = [
  [
    "the account forbids policies that let everybody read",
    dev,
    block(true, false),
    ofAccount(`S3 Block Public Access: "BlockPublicPolicy": ${publicKey}`),
  ],
  [
    "the account restricts public buckets",
    dev,
    block(false, true),
    ofAccount(`S3 Block Public Access: "RestrictPublicBuckets": ${publicKey}`),
  ],
  [
    "a new account's quotas are too small, and a setting is wrong, all told at once",
    { ...prod, versions: { flatcar: "1.2.3" } },
    {
      ...block(true, true),
      addresses,
      otherVpcs: ["vpc-1", "vpc-2"],
      quotas: { "L-1216C47A": 5, "L-0263D0A3": 5, "L-F678F1CE": 2 },
    },
    "1 setting is wrong (docs/settings.md describes each):\n" +
      '  pulumi-kubeadm:versions.flatcar: "1.2.3": Flatcar publishes no amd64 image of it in eu-central-1, and takes images back after nine months: the newest is 4757.2.10\n' +
      ofAccount(
        `quota of vCPUs of on-demand standard instances in eu-central-1: 5: the groups need 12 at their smallest, and Auto Scaling launches nothing beyond it: ${increase("ec2", "L-1216C47A")}`,
        `quota of Elastic IP addresses in eu-central-1: 5: 3 are there, and this cluster needs 3 more: ${increase("ec2", "L-0263D0A3")}`,
        `quota of VPCs in eu-central-1: 2: 2 are there, and this cluster needs 1 more: ${increase("vpc", "L-F678F1CE")}`,
        `S3 Block Public Access: "BlockPublicPolicy and RestrictPublicBuckets": ${publicKey}`,
      ),
  ],
  [
    "controllers would share a zone for good",
    prod,
    { ...here, lacking: { [String((prod.controlPlane as Config).instanceType)]: ["eu-central-1b"] } },
    `1 setting is wrong (docs/settings.md describes each):\n  pulumi-kubeadm:controlPlane.instanceType: "${String((prod.controlPlane as Config).instanceType)}": ` +
      "eu-central-1b has none of it, so 3 controllers would stand in eu-central-1a, eu-central-1c alone: name a type that 3 zones have, or other zones",
  ],
];

/** What the program warned of. */
async function warned(config: Config, where: Region): Promise<string[]> {
  const said: string[] = [];
  const warn = pulumi.log.warn;
  Object.assign(pulumi.log, { warn: async (message: string) => void said.push(message) });
  // Another name than the refusals' runs have: equal runs are made once.
  const { error } = await attempt(config, { region: { ...where, topics: ["warned"] } }).finally(() =>
    Object.assign(pulumi.log, { warn }),
  );
  assert.equal(error, undefined);
  return said;
}

describe("What the account decides is looked up, and a new cluster is refused when", () => {
  for (const [title, config, where, message] of refusals) {
    it(title, async () => {
      const { error, resources } = await attempt(config, { region: where });
      assert.equal(error?.message, message);
      assert.deepEqual(
        resources.map(({ type }) => type),
        ["Stack"],
      );
    });
  }
});

describe("What the account decides", () => {
  it("is a warning to a cluster that stands, as its certificates have to be renewed", async () => {
    const said = await warned(dev, standing({ ...block(true, false), quotas: { "L-1216C47A": 1 } }));
    assert.equal(said.length, 2, said.join("\n"));
    assert.match(
      said.join("\n"),
      /^account 123456789012: S3 Block Public Access: "BlockPublicPolicy": AWS could not/m,
    );
    assert.match(
      said.join("\n"),
      /^account 123456789012: quota of vCPUs of on-demand .*: 1: the groups need \d+ at/m,
    );
  });

  it("is a warning where it may not be looked up", async () => {
    const denied = ["getAccountPublicAccessBlock", "getServiceQuota"];
    const said = await warned(prod, { ...here, denied });
    assert.deepEqual(said.sort(), [
      "S3 Block Public Access of the account cannot be looked up, so pulumi up may fail on it: not authorized to call getAccountPublicAccessBlock",
      ...["Elastic IP addresses", "VPCs", "vCPUs of on-demand standard instances"].map(
        (name) =>
          `the quota of ${name} cannot be looked up, so pulumi up may fail on it: not authorized to call getServiceQuota`,
      ),
    ]);
  });

  it("is no word where it is in order", async () => {
    assert.deepEqual(await warned(prod, here), []);
    assert.deepEqual(await warned(dev, block(false, false)), []);
  });
});

describe("Quotas", () => {
  const account = { accountId: "123456789012", region: "eu-central-1" };
  const types = new Map(
    Object.entries({ "m7i.large": 2, "m7i.xlarge": 4, "t3.nano": 2, "g5.xlarge": 4, "im4gn.large": 2 }).map(
      ([type, defaultVcpus]) => [type, { defaultVcpus }],
    ),
  );
  const settings = (rest: Config) =>
    parseSettings({ name: "dev", domain: "k8s.example.com", ...rest }, "pulumi-kubeadm");
  const pool = (instanceTypes: string[], rest: Config = {}) => ({
    controlPlane: { size: 3, instanceType: "m7i.large" },
    workerPools: { workers: { instanceTypes, min: 2, max: 10, ...rest } },
  });
  const told = (config: Config, facts: Parameters<typeof judgeQuotas>[2]) => {
    const { now, later } = judgeQuotas(settings(config), types, facts, account);
    const numbers = (mistakes: typeof now) =>
      mistakes.map(({ remedy }) => Number(/needs? (\d+)/.exec(remedy)![1]));
    return { now: numbers(now), later: numbers(later) };
  };

  it("of vCPUs count three controllers and the pool's smallest size now, and its largest in a replacement later", () => {
    assert.deepEqual(told(pool(["m7i.xlarge"]), { onDemand: 13 }), { now: [14], later: [] });
    assert.deepEqual(told(pool(["m7i.xlarge"]), { onDemand: 14 }), { now: [], later: [8 + 4 * 15] });
    assert.deepEqual(told(pool(["m7i.xlarge"]), { onDemand: 68 }), { now: [], later: [] });
  });

  it("of spot vCPUs count the pool's spot share, and those of on-demand ones the rest", () => {
    const spot = pool(["m7i.xlarge"], { spotPercent: 100 });
    assert.deepEqual(told(spot, { onDemand: 5, spot: 7 }), { now: [6, 8], later: [] });
    assert.deepEqual(told(pool(["m7i.xlarge"], { spotPercent: 50 }), { onDemand: 9, spot: 3 }), {
      now: [10, 4],
      later: [],
    });
  });

  it("of standard instances do not count accelerated ones, and of several types the smallest can do", () => {
    assert.deepEqual(told(pool(["g5.xlarge"]), { onDemand: 8 }), { now: [], later: [] });
    assert.deepEqual(told(pool(["m7i.xlarge", "m7i.large"]), { onDemand: 9 }), { now: [10], later: [] });
    assert.deepEqual(told(pool(["im4gn.large"], { architecture: "arm64" }), { onDemand: 9 }), {
      now: [10],
      later: [],
    });
  });

  it("of addresses and VPCs have room for what is missing: the cluster's own are there already", () => {
    const room = { quota: 5, used: 5 };
    assert.deepEqual(told({}, { elasticIps: { ...room, own: 3 }, vpcs: { ...room, own: 1 } }), {
      now: [],
      later: [],
    });
    assert.deepEqual(told({}, { elasticIps: { ...room, own: 2 }, vpcs: { ...room, own: 0 } }), {
      now: [1, 1],
      later: [],
    });
    const single = { network: { nat: "single" } };
    assert.deepEqual(told(single, { elasticIps: { ...room, own: 0 } }), { now: [1], later: [] });
  });
});

describe("Controllers stand in a zone each", () => {
  const zones = [..."abcd"].map((letter) => `eu-central-1${letter}`);

  it("or in every zone, if there are fewer zones: else the type is refused", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 3, 5),
        fc.shuffledSubarray(zones, { minLength: 1 }),
        fc.shuffledSubarray(zones),
        (size, wanted, offering) => {
          const has = wanted.filter((zone) => offering.includes(zone));
          const mistakes = controllersInFewZones({ size, instanceType: "m7i.large" }, wanted, has);
          assert.equal(mistakes.length === 1, has.length > 0 && has.length < Math.min(size, wanted.length));
        },
      ),
    );
  });
});
