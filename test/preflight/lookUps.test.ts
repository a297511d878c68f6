import * as assert from "node:assert/strict";
import { region, Region } from "../engine/region";
import { attempt, Config, stackConfig } from "../engine/stack";

const dev = stackConfig("dev");
const access = {
  ...{ kind: "bastion", allowedCidrs: ["203.0.113.0/24"] },
  sshAuthorizedKeys: ["ssh-ed25519 AAAA someone"],
};
const one = "1 setting is wrong (docs/settings.md describes each):\n";

const refusals: [title: string, config: Config, where: { region: Region }, message: string][] = [
  [
    "an instance type is too small for what it is to be, is a Mac, or has no spot instances",
    {
      ...dev,
      controlPlane: { instanceType: "t3.nano" },
      workerPools: {
        workers: { instanceTypes: ["t3.nano", "t3.micro", "mac1.metal"] },
        reserved: {
          instanceTypes: ["t3.large"],
          kubelet: { systemReserved: { cpu: "1900m", memory: "4Gi" } },
        },
        spot: { instanceTypes: ["u-6tb1.56xlarge"], spotPercent: 1 },
      },
    },
    {
      region: {
        ...region("eu-central-1"),
        instanceTypes: {
          x86_64: ["t3.nano", "t3.micro", "t3.large", "u-6tb1.56xlarge"],
          x86_64_mac: ["mac1.metal"],
        },
        sizes: {
          "t3.nano": { memorySize: 512 },
          "t3.micro": { memorySize: 1024 },
          "u-6tb1.56xlarge": { supportedUsagesClasses: ["on-demand"] },
        },
      },
    },
    "5 settings are wrong (docs/settings.md describes each):\n" +
      '  pulumi-kubeadm:controlPlane.instanceType: "t3.nano": has 2 vCPU and 512 MiB, and a controller needs 2 vCPU and 2048 MiB: choose a larger type\n' +
      '  pulumi-kubeadm:workerPools.workers.instanceTypes[0]: "t3.nano": has 2 vCPU and 512 MiB, and a worker with these systemReserved and kubeReserved needs 1 vCPU and 944 MiB: choose a larger type\n' +
      '  pulumi-kubeadm:workerPools.workers.instanceTypes[2]: "mac1.metal": this is a type for x86_64_mac; choose an amd64 one\n' +
      '  pulumi-kubeadm:workerPools.reserved.instanceTypes[0]: "t3.large": has 2 vCPU and 4096 MiB, and a worker with these systemReserved and kubeReserved needs 3 vCPU and 5118 MiB: choose a larger type\n' +
      '  pulumi-kubeadm:workerPools.spot.instanceTypes[0]: "u-6tb1.56xlarge": there are no spot instances of it: choose another type or set spotPercent: 0',
  ],
  [
    "no zone of a pool has any of its types",
    {
      ...dev,
      workerPools: {
        workers: { instanceTypes: ["m7i.large", "m6i.large"] },
        volumes: { instanceTypes: ["m7i.large"], zones: ["eu-central-1b"] },
      },
    },
    { region: { ...region("eu-central-1"), lacking: { "m7i.large": ["eu-central-1b"] } } },
    one +
      '  pulumi-kubeadm:workerPools.volumes.instanceTypes: "m7i.large": eu-central-1b does not offer it: name a type that it offers, or other zones',
  ],
  [
    "there is no bastion's type in the region",
    { ...dev, access },
    {
      region: {
        ...region("eu-central-1"),
        instanceTypes: { x86_64: ["t3.medium", "t3.large", "t3a.large", "m7i-flex.large"] },
      },
    },
    one +
      '  pulumi-kubeadm:access.kind: "bastion": eu-central-1 has no t3.micro, the instance type of the bastion: use instance-connect',
  ],
  [
    "there is no bastion's type in the zone where it is to be",
    { ...dev, access },
    { region: { ...region("eu-central-1"), lacking: { "t3.micro": ["eu-central-1a"] } } },
    one +
      '  pulumi-kubeadm:access.kind: "bastion": eu-central-1a has no t3.micro, the instance type of the bastion: use instance-connect',
  ],
  ...(
    [
      ["is none", undefined, "cannot be looked up: there is no zone"],
      [
        "is private",
        { name: "example.com", privateZone: true },
        "is the private zone example.com, and resolvers follow a delegation only from a public zone: use a public zone",
      ],
      [
        "is another domain's",
        { name: "other.com", privateZone: false },
        "is the zone other.com, which does not contain k8s.example.com: use the zone of k8s.example.com, or of a domain above it",
      ],
      [
        "only ends alike",
        { name: "8s.example.com", privateZone: false },
        "is the zone 8s.example.com, which does not contain k8s.example.com: use the zone of k8s.example.com, or of a domain above it",
      ],
      [
        "is the cluster's own",
        { name: "dev.k8s.example.com", privateZone: false },
        "is dev.k8s.example.com, the name of the cluster's own zone: use the zone of k8s.example.com",
      ],
    ] as const
  ).map(([what, zone, remedy]): (typeof refusals)[number] => [
    `the parent zone ${what}`,
    { ...dev, parentZoneId: "Z0123456789" },
    { region: { ...region("eu-central-1"), hostedZones: zone ? [{ id: "Z0123456789", ...zone }] : [] } },
    `${one}  pulumi-kubeadm:parentZoneId: "Z0123456789": ${remedy}`,
  ]),
  ...(
    [
      [
        "aws:sns:us-east-1:123456789012:alarms",
        "is in us-east-1, but alarms reach only topics in their own region: use one in eu-central-1",
      ],
      [
        "aws-cn:sns:eu-central-1:123456789012:alarms",
        "is in the partition aws-cn, but this cluster is in aws: use a topic in this cluster's partition",
      ],
      ["aws:sns:eu-central-1:123456789012:alarm", "cannot be looked up: there is no topic"],
    ] as const
  ).map(([arn, remedy]): (typeof refusals)[number] => [
    `the topic of alarms is arn:${arn}`,
    { ...dev, alarmTopicArn: `arn:${arn}` },
    { region: { ...region("eu-central-1"), topics: ["alarms"] } },
    `${one}  pulumi-kubeadm:alarmTopicArn: "arn:${arn}": ${remedy}`,
  ]),
];

describe("Resources that settings name are looked up, and nothing is registered when", () => {
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
