import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { parseSettings } from "../../settings";
import { right } from "./refusal";

const refusalOf = (settings: Record<string, unknown>): string | undefined => {
  try {
    parseSettings({ ...right, ...settings });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};
const isTaken = (settings: Record<string, unknown>) => assert.equal(refusalOf(settings), undefined);
const pool = (settings: Record<string, unknown>) => ({ workerPools: { workers: settings } });
const joined = (first: string, middle: string, most: number) => {
  const ends = fc.constantFrom(...first);
  const inner = fc.string({ unit: fc.constantFrom(...middle), maxLength: most - 2 });
  return fc.oneof(
    ends,
    fc.tuple(ends, inner, ends).map((parts) => parts.join("")),
  );
};

const small = "abcdefghijklmnopqrstuvwxyz0123456789";
const all = small + small.slice(0, 26).toUpperCase();
const dnsLabel = joined(small, `${small}-`, 63);

describe("A setting takes every", () => {
  it("domain that DNS can hold, punycode and digits included", () => {
    const labels = fc.array(dnsLabel, { minLength: 1, maxLength: 4 });
    const last = fc.oneof(
      dnsLabel.filter((label) => !/^\d+$/.test(label)),
      fc.constantFrom("xn--p1ai", "xn--fiqs8s", "com", "x9"),
    );
    const domains = fc.tuple(labels, last).map(([some, end]) => [...some, end].join("."));
    fc.assert(
      fc.property(
        domains.filter((name) => name.length <= 200 && !/\.(local|localhost|invalid|onion|alt)$/.test(name)),
        (domain) => isTaken({ domain }),
      ),
    );
  });

  it("IPv4 range at its first address", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), fc.nat(32), (address, prefix) => {
        const base = address - (address % 2 ** (32 - prefix));
        const dotted = [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join(".");
        isTaken({ api: { access: "public", allowedCidrs: [`${dotted}/${prefix}`] } });
      }),
    );
  });

  it("label, and every taint, that Kubernetes takes", () => {
    const name = joined(all, `${all}-_.`, 63);
    const prefix = fc
      .array(joined(small, `${small}-`, 40), { minLength: 1, maxLength: 4 })
      .map((labels) => labels.join("."))
      .filter((text) => text.length <= 253 && !/(^|\.)(kubernetes|k8s)\.io$/.test(text));
    const key = fc.oneof(
      name,
      fc.tuple(prefix, name).map((parts) => parts.join("/")),
    );
    const value = fc.oneof(fc.constant(""), name);
    const effect = fc.constantFrom("NoSchedule", "PreferNoSchedule", "NoExecute");
    fc.assert(
      fc.property(key, value, effect, (each, text, what) =>
        isTaken(pool({ labels: { [each]: text }, taints: [{ key: each, value: text, effect: what }] })),
      ),
    );
  });

  const taken: [what: string, setting: (value: string) => Record<string, unknown>, values: string[]][] = [
    [
      "instance type's name",
      (instanceType) => ({ controlPlane: { instanceType } }),
      [
        ..."m7i.large t4g.nano p5e.48xlarge u-6tb1.56xlarge u7i-12tb.224xlarge u7in-24tb.224xlarge".split(
          " ",
        ),
        ..."mac2-m2pro.metal m8g.metal-24xl hpc7g.16xlarge x2iedn.metal trn1n.32xlarge inf2.xlarge".split(
          " ",
        ),
      ],
    ],
    [
      "zone of every partition",
      (zone) => ({ zones: [zone] }),
      "us-east-1a cn-north-1b us-gov-west-1c us-iso-east-1a us-isob-east-1a eusc-de-east-1a mx-central-1a".split(
        " ",
      ),
    ],
    [
      "topic of every partition",
      (alarmTopicArn) => ({ alarmTopicArn }),
      "aws aws-cn aws-us-gov aws-iso aws-iso-b aws-iso-e aws-iso-f aws-eusc"
        .split(" ")
        .map((partition) => `arn:${partition}:sns:eu-central-1:123456789012:my_alarms-1`),
    ],
    [
      "kind of OpenSSH key, as ssh-keygen writes it",
      (key) => ({ access: { kind: "instance-connect", sshAuthorizedKeys: [key] } }),
      [
        ..."ssh-ed25519 ssh-rsa ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521".split(" "),
        ..."sk-ssh-ed25519@openssh.com sk-ecdsa-sha2-nistp256@openssh.com".split(" "),
      ].flatMap((kind) => [`${kind} AAAA`, `${kind} AAAAB3Nz+/a== me@host, at work`, `${kind}  AAAA me\n`]),
    ],
  ];
  for (const [what, setting, values] of taken) {
    it(what, () => {
      for (const value of values) assert.equal(refusalOf(setting(value)), undefined, value);
    });
  }
});

/** Settings with something at every key. */
const whole = {
  ...right,
  ...{ parentZoneId: "Z0123456789", zones: ["eu-central-1a"], network: { cidr: "10.0.0.0/16", nat: "zone" } },
  existingVpc: { vpcId: "vpc-0a1b2c3d", privateSubnetIds: ["subnet-0000000a"], publicSubnetIds: [] },
  ...{ podCidr: "10.244.0.0/16", serviceCidr: "10.96.0.0/16" },
  api: { access: "internal", allowedCidrs: ["10.8.0.0/16"] },
  access: { kind: "bastion", allowedCidrs: ["10.8.0.0/16"], sshAuthorizedKeys: ["ssh-rsa AAAA"] },
  controlPlane: { size: 3, instanceType: "m7i.large", architecture: "amd64", diskGib: 50 },
  versions: { kubernetes: "1.36.4", etcd: "3.6.14", flatcar: "4757.2.1" },
  downloads: { mirror: "https://mirror", sha256: { file: "a".repeat(64) } },
  workerPools: {
    workers: {
      ...{ min: 1, max: 2, instanceTypes: ["m7i.large"], zones: ["eu-central-1a"], spotPercent: 0 },
      ...{ architecture: "amd64", diskGib: 50, labels: { a: "b" } },
      taints: [{ key: "a", value: "b", effect: "NoSchedule" }],
      kubelet: {
        ...{ featureGates: { A: true }, cpuManagerPolicy: "static" },
        systemReserved: { cpu: "1", memory: "1Gi", "ephemeral-storage": "1Gi" },
        kubeReserved: { cpu: "1", memory: "1Gi", "ephemeral-storage": "1Gi" },
      },
    },
  },
  addons: { manifests: ["site"], leaveOut: ["flannel"] },
  snapshots: { intervalMinutes: 60, retentionDays: 30 },
  encryption: { key: 1 },
  restore: { snapshot: "etcd/snapshots/a.db", epoch: 2 },
  ...{ alarmTopicArn: "arn:aws:sns:eu-central-1:123456789012:alarms", protect: false },
};

/** Each path below `value`, and `value` with something else there. */
function* changed(value: unknown, other: unknown, path: string[] = []): Generator<[string[], unknown]> {
  if (path.length > 0) yield [path, other];
  if (typeof value !== "object" || value === null) return;
  for (const [key, each] of Object.entries(value)) {
    for (const [where, now] of changed(each, other, [...path, key])) {
      const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<
        string,
        unknown
      >;
      copy[key] = now;
      yield [where, copy];
    }
  }
}

describe("For any value of a setting, the message says what to write", () => {
  for (const other of [null, true, -1.5, "", " ", "nonsense", [], {}, [null], { nonsense: null }]) {
    it(`in the place of ${JSON.stringify(other)}`, () => {
      let refused = 0;
      for (const [path, settings] of changed(whole, other)) {
        const message = refusalOf(settings as Record<string, unknown>);
        if (message === undefined) continue;
        refused += 1;
        for (const line of message.split("\n").slice(1)) {
          assert.match(
            line,
            /: (use|write|name|remove|overlaps|has room|leave out|reserve|a bastion|only a|no such|\.local, |one such)/,
            `${path.join(".")}: ${line}`,
          );
          assert.doesNotMatch(line, /Invalid|expected|received|Unrecognized/, line);
        }
      }
      assert.ok(refused > 40, `only ${refused} are refused`);
    });
  }
});
