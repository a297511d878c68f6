import { doesNotThrow, equal, match, ok, throws } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import type { SecurityGroupRule } from "@aws-sdk/client-ec2";
import { ruleset } from "../../../lab/network/securityGroups";

const fromControllers: SecurityGroupRule = {
  SecurityGroupRuleId: "sgr-1",
  GroupId: "sg-1",
  IsEgress: false,
  IpProtocol: "tcp",
  FromPort: 2379,
  ToPort: 2380,
  ReferencedGroupInfo: { GroupId: "sg-1" },
};
const anywhere: SecurityGroupRule = {
  SecurityGroupRuleId: "sgr-2",
  GroupId: "sg-1",
  IsEgress: true,
  IpProtocol: "-1",
  FromPort: -1,
  ToPort: -1,
  CidrIpv4: "0.0.0.0/0",
};

const of = (rules: readonly SecurityGroupRule[]) =>
  ruleset({
    rules,
    members: [
      { address: "10.0.0.5", groupIds: ["sg-1"] },
      { address: "10.0.16.5", groupIds: ["sg-1", "sg-2"] },
    ],
    resolver: "10.0.0.2",
    subnetCidrs: ["10.0.0.0/20", "10.0.16.0/20"],
  });

/** The rules of a chain. */
function chain(text: string, name: string): string[] {
  const [, body = ""] = new RegExp(`chain ${name} \\{\\n([^}]*)\\}`).exec(text) ?? [];
  return body
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}

describe("Security groups as nftables rules", () => {
  it("let a group's members reach each other at the rule's ports alone", () => {
    equal(
      chain(of([fromControllers]), "ingress").join(),
      "ip daddr @sg_1 ip saddr @sg_1 tcp dport 2379-2380 accept",
    );
  });

  it("let a sender reach where its rules say", () => {
    equal(chain(of([anywhere]), "egress").join(), "ip saddr @sg_1 ip daddr 0.0.0.0/0 accept");
    equal(chain(of([fromControllers]), "egress").join(), "");
  });

  it("have each group's members", () => {
    match(of([]), /set sg_1 \{\n {4}type ipv4_addr\n {4}elements = \{ 10\.0\.0\.5, 10\.0\.16\.5 \}/);
    match(of([]), /set sg_2 \{\n {4}type ipv4_addr\n {4}elements = \{ 10\.0\.16\.5 \}/);
  });

  it("ask sender and receiver, and drop what neither allows", () => {
    const text = of([fromControllers, anywhere]);
    for (const name of ["sent_by_nodes", "received_by_nodes"])
      match(chain(text, name)[0] ?? "", /forward .*policy drop/);
    ok(chain(text, "received_by_nodes").includes("jump ingress"));
    ok(chain(text, "sent_by_nodes").includes("jump egress"));
  });

  it("do not filter instance metadata, the resolver and the routers", () => {
    match(of([]), /ip daddr \{ 169\.254\.169\.254, 10\.0\.0\.2, 10\.0\.0\.1, 10\.0\.16\.1 \} accept/);
  });

  it("know ranges, single ports, UDP and ICMP", () => {
    const cidr = { ...fromControllers, ReferencedGroupInfo: undefined, CidrIpv4: "10.1.0.0/16" };
    equal(
      chain(
        of([
          { ...cidr, FromPort: 22, ToPort: 22 },
          { ...cidr, IpProtocol: "udp", FromPort: 8472, ToPort: 8472 },
          { ...cidr, IpProtocol: "icmp", FromPort: -1, ToPort: -1 },
          { ...cidr, IpProtocol: "icmp", FromPort: 8, ToPort: 0 },
        ]),
        "ingress",
      ).join("\n"),
      [
        "ip daddr @sg_1 ip saddr 10.1.0.0/16 tcp dport 22 accept",
        "ip daddr @sg_1 ip saddr 10.1.0.0/16 udp dport 8472 accept",
        "ip daddr @sg_1 ip saddr 10.1.0.0/16 ip protocol icmp accept",
        "ip daddr @sg_1 ip saddr 10.1.0.0/16 icmp type 8 accept",
      ].join("\n"),
    );
  });

  it("refuse what the lab does not know", () => {
    const list = { ...fromControllers, ReferencedGroupInfo: undefined, PrefixListId: "pl-1" };
    throws(() => of([list]), /the lab knows no peer of security group rule .*pl-1/);
    throws(
      () => of([{ ...fromControllers, IpProtocol: "50" }]),
      /no protocol "50" of security group rule sgr-1/,
    );
  });

  it("are what nft takes", () => {
    const rules = [fromControllers, anywhere, { ...anywhere, CidrIpv4: undefined, CidrIpv6: "::/0" }];
    doesNotThrow(() => execFileSync("unshare", ["--net", "nft", "--check", "-f", "-"], { input: of(rules) }));
  });
});
