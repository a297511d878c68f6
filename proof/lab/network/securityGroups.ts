import type { SecurityGroupRule } from "@aws-sdk/client-ec2";
import { shell } from "../execute";
import { metadataAddress, routerOf } from "./addresses";

/** A network interface: its address and the security groups that it is in. */
export interface GroupMember {
  readonly address: string;
  readonly groupIds: readonly string[];
}

/** Everything that decides which packets pass. */
export interface SecurityGroupFacts {
  readonly rules: readonly SecurityGroupRule[];
  readonly members: readonly GroupMember[];
  /** Address of the VPC's resolver. */
  readonly resolver: string;
  readonly subnetCidrs: readonly string[];
}

/**
 * The nftables ruleset for these groups, equal to what EC2 does
 * (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html):
 * - A packet that opens a connection needs a rule of the sender's groups, and one of the receiver's groups.
 * - Answers pass.
 * - Packets to the lab's own services need only a rule of the sender's groups.
 * - Packets to instance metadata, the resolver and the subnets' routers need no rule.
 * Loading the ruleset replaces the former one at once.
 * @throws Error for a rule of a kind that the lab does not know
 */
export function ruleset({ rules, members, resolver, subnetCidrs }: SecurityGroupFacts): string {
  const groupIds = new Set(members.flatMap(({ groupIds }) => groupIds));
  for (const { GroupId = "", ReferencedGroupInfo } of rules) {
    groupIds.add(GroupId);
    if (ReferencedGroupInfo?.GroupId) groupIds.add(ReferencedGroupInfo.GroupId);
  }
  const addressesOf = (id: string) =>
    members.filter((member) => member.groupIds.includes(id)).map(({ address }) => address);
  const of = (egress: boolean) => rules.filter(({ IsEgress }) => IsEgress === egress).map(statement);
  const unfiltered = [metadataAddress, resolver, ...subnetCidrs.map(routerOf)];
  return `table inet security_groups
delete table inet security_groups
table inet security_groups {
${[...groupIds]
  .sort()
  .map((id) => groupSet(id, addressesOf(id)))
  .join("\n")}
  chain egress {
${indented(of(true))}
  }
  chain ingress {
${indented(of(false))}
  }
  chain sent_by_nodes {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    jump egress
  }
  chain received_by_nodes {
    type filter hook forward priority filter + 1; policy drop;
    ct state established,related accept
    jump ingress
  }
  chain sent_to_services {
    type filter hook input priority filter; policy drop;
    iifname "lo" accept
    ct state established,related accept
    ip daddr { ${[...new Set(unfiltered)].join(", ")} } accept
    jump egress
  }
  chain sent_by_services {
    type filter hook output priority filter; policy drop;
    oifname "lo" accept
    ct state established,related accept
  }
}
`;
}

/** Applies a whole ruleset at once. */
export async function applyRuleset(text: string): Promise<void> {
  await shell("nft -f -", { input: text });
}

const setName = (groupId: string) => groupId.replace("-", "_");

const groupSet = (id: string, addresses: readonly string[]) => `  set ${setName(id)} {
    type ipv4_addr
${addresses.length > 0 ? `    elements = { ${[...new Set(addresses)].sort().join(", ")} }\n` : ""}  }`;

const indented = (lines: readonly string[]) => lines.map((line) => `    ${line}`).join("\n");

/** A rule's statement: the member of the group, the other end, and the protocol. */
function statement(rule: SecurityGroupRule): string {
  const { GroupId = "", IsEgress } = rule;
  const [own, other] = IsEgress ? ["saddr", "daddr"] : ["daddr", "saddr"];
  const parts = [`ip ${own} @${setName(GroupId)}`, `ip ${other} ${peer(rule)}`, protocol(rule), "accept"];
  return parts.filter(Boolean).join(" ");
}

function peer(rule: SecurityGroupRule): string {
  const { CidrIpv4, CidrIpv6, ReferencedGroupInfo } = rule;
  if (CidrIpv4) return CidrIpv4;
  if (ReferencedGroupInfo?.GroupId) return `@${setName(ReferencedGroupInfo.GroupId)}`;
  // Nothing in the lab has an IPv6 address.
  if (CidrIpv6) return "0.0.0.0/32";
  throw new Error(`the lab knows no peer of security group rule ${JSON.stringify(rule)}`);
}

function protocol(rule: SecurityGroupRule): string {
  const { IpProtocol, FromPort = -1, ToPort = -1 } = rule;
  switch (IpProtocol) {
    case "-1":
      return "";
    case "tcp":
    case "udp":
      return `${IpProtocol} dport ${FromPort === ToPort ? FromPort : `${FromPort}-${ToPort}`}`;
    case "icmp":
      return FromPort === -1 ? "ip protocol icmp" : `icmp type ${FromPort}`;
    case undefined:
    default:
      throw new Error(
        `the lab knows no protocol "${IpProtocol}" of security group rule ${rule.SecurityGroupRuleId}`,
      );
  }
}
