import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { region, Region } from "../engine/region";
import { attempt, Config, stackConfig } from "../engine/stack";

const dev = stackConfig("dev");
const small: Region = region("eu-central-1", 2);

const one = "1 setting is wrong (docs/settings.md describes each):\n";

const stored = [
  ...[1, 2, 10].map((epoch) => `etcd/formation-${epoch}.json`),
  "etcd/formed-10.json",
  "etcd/snapshots/2026-11-23T10-00-00Z-i-1.db.part",
];
const restore = { snapshot: "etcd/snapshots/2026-11-23T10-00-00Z-i-1.db", epoch: 12 };
const noSnapshot =
  '  pulumi-kubeadm:restore.snapshot: "etcd/snapshots/2026-11-23T10-00-00Z-i-1.db": no such object: ' +
  "list the snapshots with aws s3 ls s3://dev-nodes-123456789012-eu-central-1/etcd/snapshots/";

/** Where flannel's DaemonSet begins in its manifest. */
const manifest = fs.readFileSync("addons/manifests/flannel.yaml", "utf8").split("\n");
const flannelsLine = manifest.lastIndexOf("---", manifest.indexOf("kind: DaemonSet")) + 2;

/** A region whose node store has an encryption configuration, and what stands beside it. */
const encrypted = (metadata: Record<string, string>): Region => ({
  ...region("eu-central-1"),
  stored: ["encryption/encryption.yaml"],
  metadata: { "encryption/encryption.yaml": metadata },
});
const writtenWith = (key: number) => encrypted({ "encryption-key": String(key) });

/** What a cluster of stack dev notes of its beginning. */
const made = {
  ...{ domain: "k8s.example.com", zone: "a public zone", api: "public", network: "10.0.0.0/16" },
  ...{ "pod-cidr": "10.244.0.0/16", "service-cidr": "10.96.0.0/16" },
};

const refusals: [title: string, config: Config, where: { region?: Region }, message: string][] = [
  [
    "settings are wrong",
    { ...dev, zones: 7, controlPlane: { size: 2 } },
    {},
    "2 settings are wrong (docs/settings.md describes each):\n" +
      "  pulumi-kubeadm:zones: 7: use a number from 1 to 6, or 1 to 6 zone names such as eu-central-1a\n" +
      "  pulumi-kubeadm:controlPlane.size: 2: use 1, 3 or 5: etcd survives the loss of 0, 1 or 2 members",
  ],
  [
    "the region has too few zones",
    { ...dev, zones: 3 },
    { region: small },
    `${one}  pulumi-kubeadm:zones: 3: eu-central-1 has 2 (eu-central-1a, eu-central-1b): use that many or fewer; you can add zones later`,
  ],
  [
    "the region lacks a named zone",
    { ...dev, zones: ["eu-central-1a", "eu-central-1f"] },
    { region: small },
    `${one}  pulumi-kubeadm:zones: "eu-central-1f": not an available zone of eu-central-1, which has eu-central-1a, eu-central-1b`,
  ],
  [
    "a pool is to be in a zone that the cluster is not in",
    { ...dev, zones: 2, workerPools: { zonal: { zones: ["eu-central-1a", "eu-central-1c"] } } },
    { region: region("eu-central-1") },
    `${one}  pulumi-kubeadm:workerPools.zonal.zones: "eu-central-1c": not a zone of this cluster, which is in eu-central-1a, eu-central-1b`,
  ],
  [
    "there is no image of the Flatcar release for an architecture in use",
    { ...stackConfig("local"), "aws:region": "eu-central-1" },
    { region: { ...region("eu-central-1"), architectures: ["x86_64"] } },
    `${one}  pulumi-kubeadm:versions.flatcar: "4757.2.1": Flatcar publishes no arm64 image of it in eu-central-1, and deletes images after nine months: there is no other`,
  ],
  [
    "the region has no such instance type, or one of another architecture",
    {
      ...dev,
      controlPlane: { instanceType: "m7i.larg" },
      workerPools: {
        workers: { instanceTypes: ["m7i.large", "m7g.large"] },
        arm: { instanceTypes: ["m7i.large"], architecture: "arm64" },
      },
    },
    {},
    "3 settings are wrong (docs/settings.md describes each):\n" +
      '  pulumi-kubeadm:controlPlane.instanceType: "m7i.larg": eu-central-1 has no such instance type\n' +
      '  pulumi-kubeadm:workerPools.workers.instanceTypes[1]: "m7g.large": this is an arm64 type; choose an amd64 one or set architecture: arm64\n' +
      '  pulumi-kubeadm:workerPools.arm.instanceTypes[0]: "m7i.large": this is an amd64 type; choose an arm64 one or set architecture: amd64',
  ],
  [
    "there is no such Flatcar release, and no such zone either",
    { ...dev, zones: ["eu-central-1e", "eu-central-1a", "eu-central-1f"], versions: { flatcar: "1.2.3" } },
    { region: small },
    "3 settings are wrong (docs/settings.md describes each):\n" +
      '  pulumi-kubeadm:zones: "eu-central-1e": not an available zone of eu-central-1, which has eu-central-1a, eu-central-1b\n' +
      '  pulumi-kubeadm:zones: "eu-central-1f": not an available zone of eu-central-1, which has eu-central-1a, eu-central-1b\n' +
      '  pulumi-kubeadm:versions.flatcar: "1.2.3": Flatcar publishes no amd64 image of it in eu-central-1, and deletes images after nine months: the newest is 4757.2.10',
  ],
  [
    "a download's checksum is not known",
    { ...dev, versions: { kubernetes: "1.36.99" } },
    {},
    one +
      '  pulumi-kubeadm:versions.kubernetes: "1.36.99": no checksum is known for kubeadm-1.36.99-amd64, ' +
      "kubelet-1.36.99-amd64, kubectl-1.36.99-amd64: use 1.36.3, 1.36.4, or give the publisher's " +
      "SHA-256 of each in downloads.sha256",
  ],
  [
    "the manifests to add are not there, or are none",
    { ...dev, addons: { manifests: ["test/addons/none.yaml", "test/addons/wrong"] } },
    {},
    "3 settings are wrong (docs/settings.md describes each):\n" +
      '  pulumi-kubeadm:addons.manifests[0]: "test/addons/none.yaml": there is no such file or folder in the project\n' +
      '  pulumi-kubeadm:addons.manifests[1]: "test/addons/wrong": test/addons/wrong/a.yaml, line 7: Deployment has no metadata.name\n' +
      '  pulumi-kubeadm:addons.manifests[1]: "test/addons/wrong": test/addons/wrong/b.yml, line 1: DaemonSet.apps kube-system flannel ' +
      `is in flannel.yaml, line ${flannelsLine} too: to bring your own, add flannel to addons.leaveOut`,
  ],
  [
    "the snapshot to restore is not there, and the epoch not the next",
    { ...dev, restore },
    { region: { ...region("eu-central-1"), stored } },
    "2 settings are wrong (docs/settings.md describes each):\n" +
      `  pulumi-kubeadm:restore.epoch: 12: the newest epoch is 10: use 11\n${noSnapshot}`,
  ],
  [
    "the snapshot is to be restored where no cluster has formed",
    { ...dev, restore: { ...restore, epoch: 2 } },
    { region: { ...region("eu-central-1"), stored: [] } },
    "2 settings are wrong (docs/settings.md describes each):\n" +
      `  pulumi-kubeadm:restore.epoch: 2: no cluster has formed here yet: remove restore\n${noSnapshot}`,
  ],
  [
    "the node store cannot be listed",
    { ...dev, restore },
    {},
    `${one}  pulumi-kubeadm:restore: {"snapshot":"etcd/snapshots/2026-11-23T10-00-00Z-i-1.db","epoch":12}: ` +
      "cannot list s3://dev-nodes-123456789012-eu-central-1: NoSuchBucket",
  ],
  [
    "the key of Secrets goes up by two",
    { ...dev, encryption: { key: 3 } },
    { region: writtenWith(1) },
    `${one}  pulumi-kubeadm:encryption.key: 3: Secrets are written with key 1, and keys rotate one at a time: use 1 or 2`,
  ],
  [
    "the key of Secrets goes back by one",
    { ...dev, encryption: { key: 4 } },
    { region: writtenWith(5) },
    `${one}  pulumi-kubeadm:encryption.key: 4: Secrets are written with key 5, and the key number never goes down: use 5 or 6`,
  ],
  [
    "the key of Secrets goes back to none, as the setting was removed",
    { ...dev, encryption: undefined },
    { region: writtenWith(3) },
    `${one}  pulumi-kubeadm:encryption.key: 1: Secrets are written with key 3, and the key number never goes down: use 3 or 4`,
  ],
  [
    "settings change that a cluster keeps",
    {
      ...dev,
      ...{ domain: "other.example.com", api: { access: "internal" } },
      ...{ network: { cidr: "10.1.0.0/16" }, podCidr: "10.224.0.0/12", serviceCidr: "10.97.0.0/16" },
    },
    { region: encrypted({ ...made, "encryption-key": "1" }) },
    "5 settings are wrong (docs/settings.md describes each):\n" +
      [
        `domain: "other.example.com": cannot change after creation (this cluster uses k8s.example.com): etcd's members have names below it`,
        'api.access: "internal": cannot change after creation (this cluster uses public): the API\'s load balancer would be replaced',
        'network.cidr: "10.1.0.0/16": cannot change after creation (this cluster uses 10.0.0.0/16): the whole cluster is in the VPC',
        'podCidr: "10.224.0.0/12": cannot change after creation (this cluster uses 10.244.0.0/16): every node has a part of the range',
        'serviceCidr: "10.97.0.0/16": cannot change after creation (this cluster uses 10.96.0.0/16): Services keep their addresses',
      ]
        .map((line) => `  pulumi-kubeadm:${line}`)
        .join("\n"),
  ],
  [
    "the parent zone of an internal API is taken away",
    { ...dev, api: { access: "internal" } },
    { region: encrypted({ ...made, "encryption-key": "1", api: "internal" }) },
    `${one}  pulumi-kubeadm:parentZoneId: "none": cannot change after creation (this cluster uses a public zone): the zone would be replaced`,
  ],
  [
    "the API's access changes in a zone that is public either way",
    { ...dev, parentZoneId: "Z0123456789", api: { access: "internal" } },
    { region: encrypted({ ...made, "encryption-key": "1" }) },
    `${one}  pulumi-kubeadm:api.access: "internal": cannot change after creation (this cluster uses public): the API's load balancer would be replaced`,
  ],
  [
    "the stack has a cluster of another name, which would be deleted",
    dev,
    {
      region: {
        ...region("eu-central-1"),
        lastOutputs: { nodeStoreBucket: "old-nodes-123456789012-eu-central-1" },
      },
    },
    `${one}  pulumi-kubeadm:name: "dev": pulumi up would delete this stack's cluster, whose node store is old-nodes-123456789012-eu-central-1, and make one with ` +
      "dev-nodes-123456789012-eu-central-1: use a new stack for another name, account or region (pulumi stack init)",
  ],
  [
    "the number of the key of Secrets cannot be looked up",
    dev,
    { region: { ...writtenWith(1), denied: ["getObject"] } },
    `${one}  pulumi-kubeadm:encryption.key: 1: cannot look at ` +
      "s3://dev-nodes-123456789012-eu-central-1/encryption/encryption.yaml: not authorized to call getObject",
  ],
  [
    "AWS does not answer, which is told as it is, whatever else is wrong",
    { ...dev, versions: { flatcar: "1.2.3" } },
    { region: { ...small, denied: ["getAvailabilityZones"] } },
    "not authorized to call getAvailabilityZones",
  ],
];

const goesOn: [title: string, key: number, where: Region][] = [
  ["there is no node store yet", 3, region("eu-central-1")],
  ["there is no encryption configuration yet", 3, { ...region("eu-central-1"), stored: [] }],
  ["the encryption configuration is of a release that did not note its key", 3, encrypted({})],
  ["the key stays", 2, writtenWith(2)],
  ["the key goes up by one", 3, writtenWith(2)],
];

describe("The key of Secrets is accepted, and noted in the metadata, when", () => {
  for (const [title, key, where] of goesOn) {
    it(title, async () => {
      const { error, resources } = await attempt({ ...dev, encryption: { key } }, { region: where });
      assert.equal(error, undefined);
      const objects = resources.filter(({ type }) => type === "s3.BucketObjectv2");
      const noted = objects.filter(({ inputs }) => inputs.metadata !== undefined);
      assert.deepEqual(
        noted.map(({ inputs }) => [inputs.key, inputs.metadata["encryption-key"]]),
        [["encryption/encryption.yaml", String(key)]],
      );
    });
  }
});

describe("The program registers no resource when", () => {
  for (const [title, config, where, message] of refusals) {
    it(title, async () => {
      const { error, resources } = await attempt(config, where);
      assert.equal(error?.message, message);
      assert.deepEqual(
        resources.map(({ type }) => type),
        ["Stack"],
      );
    });
  }
});
