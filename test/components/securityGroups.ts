import type { Run } from "../engine/stack";

/** `controllers ← api tcp 6443`: one line for each rule; `≫` is what a group may send. */
export function rulesOf({ resources }: Run): string[] {
  const party = (id: string) => id.replace(/^SecurityGroup:.*-groups-/, "");
  return resources.flatMap(({ type, inputs }) => {
    if (type !== "vpc.SecurityGroupIngressRule" && type !== "vpc.SecurityGroupEgressRule") return [];
    const { securityGroupId, referencedSecurityGroupId, cidrIpv4, ipProtocol, fromPort, toPort } = inputs;
    const arrow = type === "vpc.SecurityGroupIngressRule" ? "←" : "≫";
    const other = cidrIpv4 ?? party(referencedSecurityGroupId);
    const ports =
      ipProtocol === "-1"
        ? "all"
        : `${ipProtocol} ${fromPort === toPort ? fromPort : `${fromPort}-${toPort}`}`;
    return [`${party(securityGroupId)} ${arrow} ${other} ${ports}`];
  });
}
