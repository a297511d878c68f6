import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { address, parseCidr } from "../../plan/cidr";

/** Address of a VPC's own resolver: https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html */
const amazonResolvers = (vpcCidr: string) => [
  "AmazonProvidedDNS",
  "169.254.169.253",
  address(parseCidr(vpcCidr), 2),
];

/** Resolvers that a VPC's instances use and that may not know a private zone of the VPC. */
export const strangeResolvers = (servers: readonly string[], vpcCidr: string): string[] =>
  servers.filter((server) => !amazonResolvers(vpcCidr).includes(server));

/**
 * Warns of resolvers that know the cluster's private zone only if they forward it. They may forward it, so
 * this is no mistake.
 * @param zone of the cluster
 */
export async function checkResolvers(
  zone: string,
  vpcId: string,
  { dhcpOptionsId, cidrBlock }: { readonly dhcpOptionsId: string; readonly cidrBlock: string },
  opts: pulumi.InvokeOptions,
): Promise<void> {
  const { domainNameServers } = await aws.ec2.getVpcDhcpOptions({ dhcpOptionsId }, opts);
  const strange = strangeResolvers(domainNameServers, cidrBlock);
  if (strange.length === 0) return;
  await pulumi.log.warn(
    `existingVpc.vpcId: instances in ${vpcId} ask the resolvers ${strange.join(", ")} (${dhcpOptionsId}), which do not know a private zone. ` +
      `Let them forward ${zone} to the VPC's resolver ${address(parseCidr(cidrBlock), 2)}, or no controller finds another. ` +
      "Or set domain-name-servers=AmazonProvidedDNS in the DHCP options, or set parentZoneId, which makes the zone public",
  );
}
