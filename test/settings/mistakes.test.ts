import { Mistake, refusesEach } from "./refusal";

const ssh = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE0 someone";
const existingVpc = { vpcId: "vpc-0a1b2c3d", privateSubnetIds: ["subnet-0000000a"] };
const seven = [..."abcdefg"].map((letter) => `eu-central-1${letter}`);

const known =
  "name, domain, parentZoneId, zones, network, existingVpc, podCidr, serviceCidr, api, access, controlPlane, versions, downloads, workerPools, addons, snapshots, encryption, restore, alarmTopicArn, protect";
const nameRemedy = "use 2 to 20 lower-case letters, digits and dashes, beginning with a letter";
const zonesRemedy = "use a number from 1 to 6, or 1 to 6 zone names such as eu-central-1a";
const cidrRemedy = "use an IPv4 range such as 10.0.0.0/16";
const snapshot = "etcd/snapshots/2026-11-23T10-00-00Z-i-0a1b2c3d4e5f67890.db";
const epochRemedy = "use the number of the newest etcd/formation-<epoch>.json, plus one";
const sshRemedy =
  "use an OpenSSH public key such as ssh-ed25519 AAAA… someone: one line, without options in front";
const sizeRemedy = "use 1, 3 or 5: etcd survives the loss of 0, 1 or 2 members";

const mistakes: Mistake[] = [
  [{ name: undefined }, `name: missing: ${nameRemedy}`],
  [{ name: "Dev" }, `name: "Dev": ${nameRemedy}`],
  [{ name: "d" }, `name: "d": ${nameRemedy}`],
  [{ name: "longer-than-20-letters" }, `name: "longer-than-20-letters": ${nameRemedy}`],
  [{ name: "dev-" }, `name: "dev-": ${nameRemedy}`],
  ...["dev-pool", "dev-pool-a", "a-pool-b-c"].map((name): Mistake => [
    { name },
    `name: "${name}": leave out -pool: groups named <cluster>-pool-… are the worker pools of <cluster>`,
  ]),
  ...["internal", "internal-a", "sg", "sg-a", "xn--a", "sthree-a", "amzn-s3-demo", "enabled"].map(
    (name): Mistake => [
      { name },
      `name: "${name}": use another name: AWS reserves internal-, sg-, xn--, sthree- and amzn-s3-demo-, and the cluster autoscaler's tag reserves enabled`,
    ],
  ),
  [{ name: 1 }, `name: 1: ${nameRemedy}`],
  [{ domain: undefined }, "domain: missing: use a lower-case domain such as k8s.example.com"],
  [{ domain: "localhost" }, 'domain: "localhost": use a lower-case domain such as k8s.example.com'],
  [
    { domain: "K8s.example.com" },
    'domain: "K8s.example.com": use a lower-case domain such as k8s.example.com',
  ],
  [
    { domain: "k8s.local" },
    'domain: "k8s.local": .local, .localhost, .invalid, .onion and .alt are never resolved through DNS: use a domain such as k8s.example.com',
  ],
  [{ domain: "example.com." }, 'domain: "example.com.": use a lower-case domain such as example.com'],
  [{ domain: "K8s.Мой.рф" }, 'domain: "K8s.Мой.рф": use a lower-case domain such as k8s.xn--i1afg.xn--p1ai'],
  ...["k8s.1", "a..b", "-a.example.com", "a_b.example.com", `${"a".repeat(64)}.example.com`].map(
    (domain): Mistake => [{ domain }, `domain: "${domain}": use a lower-case domain such as k8s.example.com`],
  ),
  [
    { parentZoneId: "/hostedzone/Z0123456789" },
    'parentZoneId: "/hostedzone/Z0123456789": use a Route53 hosted zone id such as Z0123456789ABCDEFGHIJ',
  ],

  [{ encryption: { key: 0 } }, "encryption.key: 0: use the current key number + 1"],
  [{ encryption: "key2" }, 'encryption: "key2": use {key}'],
  [{ restore: "latest" }, 'restore: "latest": use {snapshot, epoch}'],
  [{ restore: { snapshot, epoch: 1 } }, `restore.epoch: 1: ${epochRemedy}`],
  [{ restore: { snapshot } }, `restore.epoch: missing: ${epochRemedy}`],
  ...["latest", "etcd/snapshots/", `s3://dev/${snapshot}`].map((wrong): Mistake => [
    { restore: { snapshot: wrong, epoch: 2 } },
    `restore.snapshot: "${wrong}": use the key of a snapshot such as ${snapshot}`,
  ]),

  [{ zones: 0 }, `zones: 0: ${zonesRemedy}`],
  [{ zones: 7 }, `zones: 7: ${zonesRemedy}`],
  [{ zones: 2.5 }, `zones: 2.5: ${zonesRemedy}`],
  [{ zones: [] }, `zones: []: ${zonesRemedy}`],
  [{ zones: seven }, `zones: ${JSON.stringify(seven).slice(0, 77)}...: ${zonesRemedy}`],
  [{ zones: "eu-central-1a" }, `zones: "eu-central-1a": ${zonesRemedy}`],
  [{ zones: ["eu-central-1"] }, 'zones[0]: "eu-central-1": use a zone name such as eu-central-1a'],
  ...["us-east-1-bos-1a", "us-east-1-wl1-bos-wlz-1"].map((zone): Mistake => [
    { zones: [zone] },
    `zones[0]: "${zone}": is a Local Zone or a Wavelength Zone, which lack what a cluster needs: use a zone name such as eu-central-1a`,
  ]),
  [{ zones: ["eu-central-1a", "eu-central-1a"] }, 'zones: "eu-central-1a": name each zone once'],
  [
    { zones: ["eu-central-1a", "us-east-1a"] },
    'zones: ["eu-central-1a","us-east-1a"]: name zones of one region',
  ],

  [{ network: "10.0.0.0/16" }, 'network: "10.0.0.0/16": use {cidr, nat}'],
  [{ network: { cidr: "10.0.0.0" } }, `network.cidr: "10.0.0.0": ${cidrRemedy}`],
  [{ network: { cidr: "10.0.300.0/16" } }, `network.cidr: "10.0.300.0/16": ${cidrRemedy}`],
  ...["010.0.0.0/16", "10.00.0.0/16", "10.0.0.0/016"].map((cidr): Mistake => [
    { network: { cidr } },
    `network.cidr: "${cidr}": ${cidrRemedy}`,
  ]),
  [
    { network: { cidr: "10.0.0.1/16" } },
    `network.cidr: "10.0.0.1/16": use the range's first address: 10.0.0.0/16`,
  ],
  [{ network: { cidr: "10.0.0.0/15" } }, 'network.cidr: "10.0.0.0/15": use a range from /16 to /22'],
  [{ network: { cidr: "10.0.0.0/23" } }, 'network.cidr: "10.0.0.0/23": use a range from /16 to /22'],
  [{ network: { nat: "none" } }, 'network.nat: "none": use zone or single'],
  [{ network: { natGateways: 1 } }, "network.natGateways: 1: no such setting; use {cidr, nat}"],
  [
    { network: { cidr: "10.244.0.0/16" } },
    'podCidr: "10.244.0.0/16": overlaps network.cidr 10.244.0.0/16: use another range',
  ],
  [
    { network: { cidr: "10.96.0.0/16" } },
    'serviceCidr: "10.96.0.0/16": overlaps network.cidr 10.96.0.0/16: use another range',
  ],

  [
    { network: {}, existingVpc },
    'existingVpc: "vpc-0a1b2c3d": remove it, or remove network: the VPC is either new or existing',
  ],
  [
    { existingVpc: { ...existingVpc, vpcId: "main" } },
    'existingVpc.vpcId: "main": use a VPC id such as vpc-0a1b2c3d4e5f67890',
  ],
  [
    { existingVpc: { vpcId: "vpc-0a1b2c3d" } },
    "existingVpc.privateSubnetIds: missing: use a list of subnet ids",
  ],
  [
    { existingVpc: { ...existingVpc, privateSubnetIds: [] } },
    "existingVpc.privateSubnetIds: []: name one private subnet or more",
  ],
  [
    { existingVpc: { ...existingVpc, privateSubnetIds: ["a"] } },
    'existingVpc.privateSubnetIds[0]: "a": use a subnet id',
  ],
  [
    { existingVpc: { ...existingVpc, publicSubnetIds: ["subnet-0000000a"] } },
    'existingVpc: "subnet-0000000a": name each subnet once',
  ],

  [{ podCidr: "pods" }, `podCidr: "pods": ${cidrRemedy}`],
  ...[
    ["0.0.0.0/8", "0.0.0.0/8"],
    ["127.0.0.0/16", "127.0.0.0/8"],
    ["169.254.0.0/16", "169.254.0.0/16"],
    ["224.0.0.0/8", "224.0.0.0/3"],
    ["240.0.0.0/8", "224.0.0.0/3"],
  ].map(([podCidr, taken]): Mistake => [
    { podCidr },
    `podCidr: "${podCidr}": overlaps ${taken}, which no host can have: use another range`,
  ]),
  [
    { podCidr: "10.96.0.0/12" },
    'serviceCidr: "10.96.0.0/16": overlaps podCidr 10.96.0.0/12: use another range',
  ],
  [
    { podCidr: "10.244.0.0/22" },
    'podCidr: "10.244.0.0/22": has room for 4 nodes of a /24 each, but up to 7 exist while nodes are replaced: use smaller pools; a new cluster can also use a larger range',
  ],
  [{ serviceCidr: "10.96.0.0/25" }, 'serviceCidr: "10.96.0.0/25": use a range from /12 to /24'],
  [
    { serviceCidr: "10.96.1.0/16" },
    `serviceCidr: "10.96.1.0/16": use the range's first address: 10.96.0.0/16`,
  ],

  [{ api: { allowedCidrs: ["203.0.113.7"] } }, 'api.allowedCidrs[0]: "203.0.113.7": use 203.0.113.7/32'],
  [{ api: null }, "api: null: write {} for its defaults, or {access, allowedCidrs}"],
  [{ api: "" }, 'api: "": write {} for its defaults, or {access, allowedCidrs}'],
  [{ api: { allowedCidrs: null } }, "api.allowedCidrs: null: use a list of IPv4 ranges; write [] for none"],
  [{ existingVpc: null }, "existingVpc: null: use {vpcId, privateSubnetIds, publicSubnetIds}"],
  [{ api: { access: "private" } }, 'api.access: "private": use internal or public'],
  [
    { api: { access: "public" } },
    "api.allowedCidrs: []: a public API needs the ranges that may connect; 0.0.0.0/0 means everybody",
  ],
  [{ api: { allowedCidrs: "0.0.0.0/0" } }, 'api.allowedCidrs: "0.0.0.0/0": use a list of IPv4 ranges'],
  [
    { api: { allowedCidrs: ["0.0.0.0/0", "10.0.0.1/8"] } },
    `api.allowedCidrs[1]: "10.0.0.1/8": use the range's first address: 10.0.0.0/8`,
  ],
  [
    { api: { allowedCidrs: ["10.8.0.0/16", "10.8.0.0/16"] } },
    'api.allowedCidrs: "10.8.0.0/16": name each range once',
  ],
  [
    { api: { access: "public", allowedCidrs: ["0.0.0.0/0"] }, existingVpc },
    "existingVpc.publicSubnetIds: []: a public API needs public subnets",
  ],

  [{ access: { sshAuthorizedKeys: [ssh, ssh] } }, `access.sshAuthorizedKeys: "${ssh}": name each key once`],
  ...["ssh-dss AAAAB3Nz", "sk-ssh-rsa@openssh.com AAAA", "ssh-ed25519"].map((key): Mistake => [
    { access: { sshAuthorizedKeys: [key] } },
    `access.sshAuthorizedKeys[0]: "${key}": ${sshRemedy}`,
  ]),
  [{ access: { kind: "ssh" } }, 'access.kind: "ssh": use none, bastion or instance-connect'],
  [
    { access: { kind: "bastion", sshAuthorizedKeys: [ssh] } },
    "access.allowedCidrs: []: a bastion needs the ranges that may connect to its port 22",
  ],
  [
    { access: { kind: "bastion", sshAuthorizedKeys: [ssh], allowedCidrs: ["198.51.100.7/24"] } },
    `access.allowedCidrs[0]: "198.51.100.7/24": use the range's first address: 198.51.100.0/24`,
  ],
  [
    { access: { kind: "bastion", sshAuthorizedKeys: [ssh], allowedCidrs: ["10.8.0.0/16", "10.8.0.0/16"] } },
    'access.allowedCidrs: "10.8.0.0/16": name each range once',
  ],
  [
    { access: { allowedCidrs: ["198.51.100.0/24"] } },
    'access.allowedCidrs: ["198.51.100.0/24"]: only a bastion has them: set kind: bastion or remove them',
  ],
  [
    { access: { kind: "instance-connect" } },
    "access.sshAuthorizedKeys: []: name one OpenSSH public key or more: without one, nobody can log in",
  ],
  [
    { access: { kind: "instance-connect", sshAuthorizedKeys: ["AAAA"] } },
    'access.sshAuthorizedKeys[0]: "AAAA": ' + sshRemedy,
  ],
  [
    { access: { kind: "bastion", sshAuthorizedKeys: [ssh], allowedCidrs: ["0.0.0.0/0"] }, existingVpc },
    "existingVpc.publicSubnetIds: []: a bastion needs a public subnet",
  ],

  [{ controlPlane: { size: 2 } }, `controlPlane.size: 2: ${sizeRemedy}`],
  [{ controlPlane: { size: "3" } }, `controlPlane.size: "3": ${sizeRemedy}; write it without quotes`],
  [
    { controlPlane: { instanceType: "large" } },
    'controlPlane.instanceType: "large": use an EC2 instance type such as m7i.large',
  ],
  [{ controlPlane: { architecture: "x86_64" } }, 'controlPlane.architecture: "x86_64": use amd64 or arm64'],
  [{ controlPlane: { diskGib: 10 } }, "controlPlane.diskGib: 10: use whole GiB from 20 to 16384"],
  [
    { controlPlane: { diskGib: "50" } },
    'controlPlane.diskGib: "50": use whole GiB from 20 to 16384; write it without quotes',
  ],

  [
    { versions: { kubernetes: "v1.36.4" } },
    'versions.kubernetes: "v1.36.4": use an exact version such as 1.36.4, without v',
  ],
  [
    { versions: { kubernetes: 1.36 } },
    "versions.kubernetes: 1.36: use an exact version such as 1.36.4, without v",
  ],
  [
    { versions: { kubernetes: "1.30.1" } },
    'versions.kubernetes: "1.30.1": use 1.36.1 or newer, or 1.37: the node files are written for these',
  ],
  [
    { versions: { kubernetes: "1.35.8" } },
    'versions.kubernetes: "1.35.8": use 1.36.1 or newer, or 1.37: the node files are written for these',
  ],
  [
    { versions: { kubernetes: "1.36.0" } },
    'versions.kubernetes: "1.36.0": use 1.36.1 or newer, or 1.37: the node files are written for these',
  ],
  [
    { versions: { kubernetes: "1.37.0" } },
    'versions.kubernetes: "1.37.0": no checksum is known for kubeadm-1.37.0-amd64, kubelet-1.37.0-amd64, ' +
      "kubectl-1.37.0-amd64: use 1.36.3, 1.36.4, or give the publisher's SHA-256 of each in downloads.sha256",
  ],
  [
    { versions: { etcd: "3.6.99" } },
    'versions.etcd: "3.6.99": no checksum is known for etcd-3.6.99-amd64: use 3.6.12, 3.6.13, 3.6.14, ' +
      "or give the publisher's SHA-256 of each in downloads.sha256",
  ],
  [
    { versions: { etcd: "3.5.13" } },
    'versions.etcd: "3.5.13": use 3.6 or 3.7: the node files are written for these',
  ],
  [
    { versions: { flatcar: "latest" } },
    'versions.flatcar: "latest": use an exact Flatcar stable release such as 4757.2.1',
  ],
  [
    { downloads: { mirror: "http://mirror" } },
    'downloads.mirror: "http://mirror": use an https URL without a slash at its end',
  ],
  [
    { downloads: { sha256: { "kubelet-1.36.9-amd64": "abc" } } },
    'downloads.sha256.kubelet-1.36.9-amd64: "abc": use 64 lower-case hexadecimal digits',
  ],

  [{ snapshots: { intervalMinutes: 1 } }, "snapshots.intervalMinutes: 1: use whole minutes from 5 to 1440"],
  [{ snapshots: { retentionDays: 0 } }, "snapshots.retentionDays: 0: use whole days from 1 to 3650"],
  [
    { snapshots: { interval: 5 } },
    "snapshots.interval: 5: no such setting; use {intervalMinutes, retentionDays}",
  ],
  ...["alarms", "arn:aws:sns:eu-central-1:123456789012:alarms.fifo"].map((alarmTopicArn): Mistake => [
    { alarmTopicArn },
    `alarmTopicArn: "${alarmTopicArn}": use the ARN of a standard SNS topic such as arn:aws:sns:eu-central-1:123456789012:alarms`,
  ]),
  [{ protect: "yes" }, 'protect: "yes": use true or false'],
  [{ Zones: 3 }, `Zones: 3: no such setting; there are ${known}`],
];

describe("A wrong setting is refused with its key, its value and what to write instead", () => {
  refusesEach(mistakes);
});
