import * as assert from "node:assert/strict";
import { bastionIgnition } from "../../ignition/bastion";
import { tooManyApiClients } from "../../settings/rules/access";
import { limits, nameLimits } from "../../settings/limits";
import { parseSettings } from "../../settings";
import { right } from "./refusal";

const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const ranges = (count: number) => times(count, (i) => `10.${i}.0.0/16`);
const labels = (count: number) => Object.fromEntries(times(count, (i) => [`example.com/label-${i}`, "x"]));
const pool = (settings: Record<string, unknown>) => ({ workerPools: { workers: settings } });
/** Keys of so many letters. */
const sshKeys = (lengths: readonly number[]) =>
  lengths.map((length, i) => `ssh-rsa ${"A".repeat(length - 10)} ${i}`);
/** The bytes that a bastion's user data has beside two keys. */
const userDataBesides = Buffer.byteLength(bastionIgnition(sshKeys([8_000, 8_000]))) - 16_000;
const bastion = (allowed: number, keys = sshKeys([200])) => ({
  access: { kind: "bastion", allowedCidrs: ranges(allowed), sshAuthorizedKeys: keys },
});

type Case = [
  what: string,
  settings: (count: number) => Record<string, unknown>,
  most: number,
  remedy: RegExp,
];
const boundaries: Case[] = [
  [
    "tags of an autoscaled pool's group, by labels",
    (count) => pool({ min: 1, max: 2, labels: labels(count) }),
    // The cluster's two, the autoscaler's three, and the pool's own label.
    limits.tagsOfGroup.most - 6,
    /workerPools\.workers\.labels: .*make 51 tags, and the pool's group takes 50: use 1 fewer, or set max to min/,
  ],
  [
    "tags of an autoscaled pool's group, by taints",
    (count) =>
      pool({
        ...{ min: 1, max: 2 },
        taints: times(count, (i) => ({ key: `taint-${i}`, effect: "NoSchedule" })),
      }),
    limits.tagsOfGroup.most - 6,
    /make 51 tags/,
  ],
  [
    "instance types of a pool",
    (count) => pool({ instanceTypes: times(count, (i) => `m${i + 1}.large`) }),
    40,
    /workerPools\.workers\.instanceTypes: .*name 40 types or fewer/,
  ],
  ["zones with a NAT gateway each", (zones) => ({ zones }), 5, /zones: 6: needs 6 public addresses/],
  [
    "zones with a NAT gateway each, beside a bastion",
    (zones) => ({ zones, ...bastion(1) }),
    4,
    /zones: 5: needs 6 public addresses/,
  ],
  [
    "ranges of an internal API",
    (count) => ({ api: { allowedCidrs: ranges(count + 1).slice(1) } }),
    57,
    /api\.allowedCidrs: .*takes 60 inbound rules, of which the cluster itself needs 3: use 57 ranges or fewer/,
  ],
  [
    "ranges of a public API behind three NAT gateways",
    (count) => ({ api: { access: "public", allowedCidrs: ranges(count) } }),
    55,
    /use 55 ranges or fewer/,
  ],
  [
    "ranges of a public API behind one NAT gateway",
    (count) => ({ network: { nat: "single" }, api: { access: "public", allowedCidrs: ranges(count) } }),
    57,
    /use 57 ranges or fewer/,
  ],
  ["ranges of a bastion", (count) => bastion(count), 60, /access\.allowedCidrs: .*use 60 ranges or fewer/],
  [
    "bytes of a bastion's user data",
    (count) => bastion(1, sshKeys([8_000, count - 8_000 - userDataBesides])),
    limits.userDataBytes.most,
    /access\.sshAuthorizedKeys: 2: use fewer or shorter keys: they make 16385 bytes/,
  ],
  [
    "nodes of a new VPC's private subnets",
    (count) => ({
      zones: 1,
      network: { cidr: "10.0.0.0/22" },
      controlPlane: { size: 1 },
      ...pool({ min: count }),
    }),
    // A successor of the controller, and a tenth more of the pool.
    109,
    /network\.cidr: "10\.0\.0\.0\/22": has room for 121 nodes in 1 zone, but there are up to 123 while nodes are replaced: /,
  ],
  [
    "nodes of a pool in one zone of a new VPC",
    (count) => ({
      ...{ zones: ["eu-central-1a", "eu-central-1b"], network: { cidr: "10.0.0.0/22" } },
      ...pool({ min: count, zones: ["eu-central-1a"] }),
    }),
    110,
    /network\.cidr: "10\.0\.0\.0\/22": has room for 121 nodes in 1 zone, but workerPools\.workers has up to 122 while nodes are replaced: /,
  ],
  [
    "pools of a region",
    (count) => ({
      podCidr: "11.0.0.0/8",
      workerPools: Object.fromEntries(times(count, (i) => [`pool-${i}`, { min: 0 }])),
    }),
    499,
    /workerPools: 500: a region takes 499 pools/,
  ],
  [
    "GiB of a volume",
    (count) => ({ controlPlane: { diskGib: count } }),
    16_384,
    /use whole GiB from 20 to 16384/,
  ],
];

describe("A limit", () => {
  for (const [what, settings, most, remedy] of boundaries) {
    it(`allows ${most} ${what}, and refuses one more`, () => {
      assert.doesNotThrow(() => parseSettings({ ...right, ...settings(most) }));
      assert.throws(() => parseSettings({ ...right, ...settings(most + 1) }), { message: remedy });
    });
  }

  it("of the kubelet's argument counts taints too", () => {
    const taints = times(3000, (i) => ({
      key: `taint-${i}.of-somebody-with-a-long-name-here`,
      effect: "NoSchedule",
    }));
    assert.throws(() => parseSettings({ ...right, ...pool({ taints }) }), {
      message: /workerPools\.workers\.labels: .*or fewer taints: the kubelet gets them in one argument/,
    });
  });

  it("of the kubelet's argument counts the labels of a fixed pool, which can be hundreds", () => {
    assert.doesNotThrow(() => parseSettings({ ...right, ...pool({ labels: labels(1000) }) }));
    assert.throws(() => parseSettings({ ...right, ...pool({ labels: labels(6000) }) }), {
      message:
        /workerPools\.workers\.labels: .*use fewer labels or fewer taints: the kubelet gets them in one argument of at most 131071 bytes/,
    });
  });

  it("of a security group counts the ranges of an existing VPC", () => {
    const api = { access: "public", allowedCidrs: ranges(50) } as const;
    assert.deepEqual(tooManyApiClients({ ...api, allowedCidrs: [...api.allowedCidrs] }, 8), []);
    assert.equal(tooManyApiClients({ ...api, allowedCidrs: [...api.allowedCidrs] }, 9).length, 1);
  });

  it("has its source", () => {
    for (const [name, { most, source }] of [...Object.entries(limits), ...Object.entries(nameLimits)]) {
      assert.match(source, /^https:\/\/(docs\.aws\.amazon\.com|docs\.kernel\.org|man7\.org)\//, name);
      assert.ok(most > 0, name);
    }
  });
});
