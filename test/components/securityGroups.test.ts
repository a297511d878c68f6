import * as assert from "node:assert/strict";
import { rulesOf } from "./securityGroups";
import { Config, run, stackConfig } from "../engine/stack";

/** What every cluster opens: who ← receives from whom, who ≫ sends to whom. */
const always = [
  "api ← controllers tcp 6443",
  "api ← workers tcp 6443",
  "api ≫ controllers tcp 6443",
  "controllers ← api tcp 6443",
  "controllers ← controllers tcp 10250",
  "controllers ← controllers tcp 6443",
  "controllers ← controllers tcp 2379-2380",
  "controllers ← controllers udp 8472",
  "controllers ← workers tcp 6443",
  "controllers ← workers udp 8472",
  "controllers ≫ 0.0.0.0/0 all",
  "workers ← controllers tcp 10250",
  "workers ← controllers udp 8472",
  "workers ← workers tcp 30000-32767",
  "workers ← workers udp 30000-32767",
  "workers ← workers udp 8472",
  "workers ≫ 0.0.0.0/0 all",
];
const ssh = [
  "access ≫ controllers tcp 22",
  "access ≫ workers tcp 22",
  "controllers ← access tcp 22",
  "workers ← access tcp 22",
];

const dev = stackConfig("dev");
const sshAuthorizedKeys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE0 someone"];
const bastion = { kind: "bastion", allowedCidrs: ["203.0.113.0/24"], sshAuthorizedKeys };
const vpc = "api ← 10.0.0.0/16 tcp 6443";
const nats = ["a", "b"].map((zone) => `api ← address-of-dev-network-nat-eu-central-1${zone}/32 tcp 6443`);

const cases: [title: string, config: Config, besides: string[]][] = [
  ["an internal API and no access", dev, [vpc]],
  [
    "an internal API for more ranges than the VPC",
    { ...dev, api: { allowedCidrs: ["192.168.0.0/16", "172.16.0.0/12"] } },
    [vpc, "api ← 172.16.0.0/12 tcp 6443", "api ← 192.168.0.0/16 tcp 6443"],
  ],
  [
    "an internal API for the VPC by name as well, whose rule AWS takes once",
    { ...dev, api: { allowedCidrs: ["10.0.0.0/16", "192.168.0.0/16"] } },
    [vpc, "api ← 192.168.0.0/16 tcp 6443"],
  ],
  [
    "a public API for one range",
    { ...dev, network: { nat: "zone" }, api: { access: "public", allowedCidrs: ["198.51.100.0/24"] } },
    [...nats, "api ← 198.51.100.0/24 tcp 6443"],
  ],
  [
    "a public API behind a single NAT gateway",
    { ...dev, api: { access: "public", allowedCidrs: ["198.51.100.0/24"] } },
    [nats[0], "api ← 198.51.100.0/24 tcp 6443"],
  ],
  [
    "a public API for everybody, which says so",
    { ...dev, api: { access: "public", allowedCidrs: ["0.0.0.0/0"] } },
    [nats[0], "api ← 0.0.0.0/0 tcp 6443"],
  ],
  ["a bastion for one range", { ...dev, access: bastion }, [vpc, ...ssh, "access ← 203.0.113.0/24 tcp 22"]],
  [
    "an EC2 Instance Connect Endpoint",
    { ...dev, access: { kind: "instance-connect", sshAuthorizedKeys } },
    [vpc, ...ssh],
  ],
];

describe("Security groups", () => {
  for (const [title, config, besides] of cases) {
    it(`open exactly the ports of the matrix with ${title}`, async () => {
      assert.deepEqual(rulesOf(await run(config)).sort(), [...always, ...besides].sort());
    });
  }

  it("have no inline rules, so nothing else is open", async () => {
    for (const [, config] of cases) {
      const { resources } = await run(config);
      for (const { key, type, inputs } of resources.filter(({ type }) => /SecurityGroup/.test(type))) {
        if (type === "vpc.SecurityGroupIngressRule" || type === "vpc.SecurityGroupEgressRule") continue;
        if (type === "SecurityGroups") continue;
        assert.match(type, /^ec2\.(Default)?SecurityGroup$/, key);
        const ownRules = type === "ec2.DefaultSecurityGroup" ? [] : undefined; // the VPC's default group is emptied
        assert.deepEqual([inputs.ingress, inputs.egress], [ownRules, ownRules], key);
      }
    }
  });

  it("are attached to the resources that they are named after", async () => {
    const { resources } = await run({ ...dev, access: bastion });
    const groups = (key: string, input: string) => {
      const inputs = resources.find((each) => each.key === key)?.inputs ?? {};
      return inputs[input];
    };
    assert.deepEqual(groups("lb.LoadBalancer dev-api", "securityGroups"), ["SecurityGroup:dev-groups-api"]);
    const ofNodes = "vpcSecurityGroupIds";
    assert.deepEqual(groups("ec2.LaunchTemplate dev-controllers", ofNodes), [
      "SecurityGroup:dev-groups-controllers",
    ]);
    assert.deepEqual(groups("ec2.LaunchTemplate dev-pool-workers", ofNodes), [
      "SecurityGroup:dev-groups-workers",
    ]);
    assert.deepEqual(groups("ec2.Instance dev-access", ofNodes), ["SecurityGroup:dev-groups-access"]);
  });
});
