import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { region, Region } from "../engine/region";
import { attempt, Config, stackConfig } from "../engine/stack";

const dev = stackConfig("dev");
const here = region("eu-central-1");
const increase = (service: string, code: string) =>
  `ask for more (aws service-quotas request-service-quota-increase --region eu-central-1 --service-code ${service} --quota-code ${code} --desired-value <number>)`;
const publicKey =
  "AWS could not read the public key of service accounts, so no pod would get a role: turn it off for the account " +
  "(S3, Block Public Access settings for this account; no other bucket becomes public), or in the organisation's S3 policy, or use another account";
const ofAccount = (...lines: string[]) =>
  [
    "The account does not allow this cluster:",
    ...lines.map((line) => `  account 123456789012: ${line}`),
  ].join("\n");

/** The same region when the cluster stands: it has notes. */
const standing = (where: Region): Region => ({
  ...where,
  stored: ["encryption/encryption.yaml"],
  metadata: { "encryption/encryption.yaml": { "encryption-key": "1" } },
});

/** The same region where another key of a customer's is the default. */
const withKey = (where: Region, ebsKey: string, customerKeys: Region["customerKeys"]): Region => ({
  ...where,
  ...{ ebsKey, customerKeys },
});

const block = (blockPublicPolicy: boolean, restrictPublicBuckets: boolean): Region => ({
  ...here,
  publicAccessBlock: { blockPublicPolicy, restrictPublicBuckets },
});
const key = (id: string) => `arn:aws:kms:eu-central-1:123456789012:key/${id}`;
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
      '  pulumi-kubeadm:versions.flatcar: "1.2.3": Flatcar publishes no amd64 image of it in eu-central-1, and deletes images after nine months: the newest is 4757.2.10\n' +
      ofAccount(
        `quota of vCPUs of on-demand standard instances in eu-central-1: 5: the groups need 12 at their smallest, and Auto Scaling launches nothing beyond the quota: ${increase("ec2", "L-1216C47A")}`,
        `quota of Elastic IP addresses in eu-central-1: 5: 3 are in use, and this cluster needs 3 more: ${increase("ec2", "L-0263D0A3")}`,
        `quota of VPCs in eu-central-1: 2: 2 are in use, and this cluster needs 1 more: ${increase("vpc", "L-F678F1CE")}`,
        `S3 Block Public Access: "BlockPublicPolicy and RestrictPublicBuckets": ${publicKey}`,
      ),
  ],
  [
    "the default key of EBS volumes is a customer's and cannot be used",
    dev,
    {
      ...here,
      ...{ ebsKey: key("1"), customerKeys: { [key("1")]: "PendingDeletion" }, autoScalingRoles: [] },
    },
    ofAccount(
      `default key of EBS volumes: "${key("1")}": is PendingDeletion, so no instance starts: enable it, or set another one (aws ec2 modify-ebs-default-kms-key-id)`,
      `default key of EBS volumes: "${key("1")}": cannot be granted to Auto Scaling, whose role does not exist yet: run aws iam create-service-linked-role --aws-service-name autoscaling.amazonaws.com`,
    ),
  ],
  [
    "controllers would share a zone for good",
    prod,
    { ...here, lacking: { [String((prod.controlPlane as Config).instanceType)]: ["eu-central-1b"] } },
    `1 setting is wrong (docs/settings.md describes each):\n  pulumi-kubeadm:controlPlane.instanceType: "${String((prod.controlPlane as Config).instanceType)}": ` +
      "eu-central-1b does not offer it, so all 3 controllers would be in eu-central-1a, eu-central-1c: name a type that 3 zones have, or other zones",
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

describe("Limits of the account are looked up, and a new cluster is refused when", () => {
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

describe("A limit of the account", () => {
  it("only causes a warning for an existing cluster, because its certificates must be renewed", async () => {
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

  it("only causes a warning if it may not be looked up", async () => {
    const denied = ["getAccountPublicAccessBlock", "getServiceQuota", "getDefaultKmsKey", "getVpcs"];
    const said = await warned(prod, { ...here, denied });
    assert.deepEqual(said.sort(), [
      "S3 Block Public Access of the account cannot be looked up, so pulumi up may fail on it: not authorized to call getAccountPublicAccessBlock",
      "how many VPCs there are cannot be looked up, so pulumi up may fail on it: not authorized to call getVpcs",
      "the default key of EBS volumes cannot be looked up, so pulumi up may fail on it: not authorized to call getDefaultKmsKey",
      ...["Elastic IP addresses", "VPCs", "vCPUs of on-demand standard instances"].map(
        (name) =>
          `the quota of ${name} cannot be looked up, so pulumi up may fail on it: not authorized to call getServiceQuota`,
      ),
    ]);
  });

  it("causes no message if it suffices", async () => {
    assert.deepEqual(await warned(prod, here), []);
    assert.deepEqual(await warned(dev, block(false, false)), []);
  });
});

describe("A customer's default key of EBS volumes", () => {
  const granted = async (where: Region, config: Config = dev) => {
    const { error, resources } = await attempt(config, { region: where });
    assert.equal(error, undefined);
    const grants = resources.filter(({ type }) => type === "kms.Grant");
    const noted = resources.find(({ inputs }) => inputs.metadata?.["encryption-key"])?.inputs.metadata[
      "disk-keys"
    ];
    return { grants, noted, resources };
  };

  it("is granted to Auto Scaling and to the EBS CSI driver before a group is made", async () => {
    const { grants, noted, resources } = await granted(withKey(here, key("1"), { [key("1")]: "Enabled" }));
    assert.deepEqual(
      grants.map(({ name, inputs }) => [name, inputs.keyId, inputs.granteePrincipal]),
      [
        [
          "dev-disk-key-1-auto-scaling",
          key("1"),
          "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
        ],
        ["dev-disk-key-1-ebs-csi", key("1"), "arn:aws:iam::123456789012:role/dev-addons-ebs-csi-controller"],
      ],
    );
    assert.equal(noted, key("1"));
    const controllers = resources.find(
      ({ name, type }) => type === "autoscaling.Group" && name === "dev-controllers",
    );
    for (const grant of grants) assert.ok(controllers?.dependsOn.includes(grant.key), grant.key);
  });

  it("is granted only to Auto Scaling if the driver is left out", async () => {
    const config = { ...dev, addons: { leaveOut: ["aws-ebs-csi-driver"] } };
    const { grants } = await granted(withKey(here, key("1"), { [key("1")]: "Enabled" }), config);
    assert.deepEqual(
      grants.map(({ name }) => name),
      ["dev-disk-key-1-auto-scaling"],
    );
  });

  it("stays granted until it is deleted, even if another key becomes the default, because volumes keep their key", async () => {
    const metadata = {
      "encryption/encryption.yaml": { "encryption-key": "1", "disk-keys": `${key("0")},${key("1")}` },
    };
    const keys = { [key("0")]: "deleted", [key("1")]: "Disabled", [key("2")]: "Enabled" };
    const where = { ...withKey(standing(here), key("2"), keys), metadata };
    const { grants, noted } = await granted(where);
    assert.deepEqual([...new Set(grants.map(({ inputs }) => inputs.keyId))], [key("1"), key("2")]);
    assert.equal(noted, `${key("1")},${key("2")}`);
    const own = await granted({ ...where, ebsKey: undefined, denied: ["getKey"] });
    assert.equal(own.noted, `${key("0")},${key("1")}`);
  });

  it("needs no grant if AWS's own key is the default, under any of its names", async () => {
    for (const ebsKey of [
      undefined,
      "alias/aws/ebs",
      "arn:aws:kms:eu-central-1:123456789012:alias/aws/ebs",
      key("own"),
    ]) {
      const { grants, noted } = await granted({ ...here, ebsKey });
      assert.deepEqual([grants, noted], [[], undefined], ebsKey);
    }
  });
});
