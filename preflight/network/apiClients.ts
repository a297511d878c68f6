import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../settings";
import { tooManyApiClients } from "../../settings/rules/access";
import { WrongSettings } from "../../settings/errors";
import { clusterTag } from "../../plan/names";
import type { ExistingVpc } from "./existingVpc";

/** @throws WrongSettings when they are more than a security group allows, including those of an existing VPC */
export function checkApiClients(settings: Settings, existingVpc: ExistingVpc | undefined): void {
  if (existingVpc === undefined) return; // for a new one, settings/rules/access.ts knows all
  const others = settings.api.access === "internal" ? existingVpc.cidrs : existingVpc.natAddresses;
  const mistakes = tooManyApiClients(settings.api, new Set(others).size);
  if (mistakes.length > 0) throw new WrongSettings(...mistakes);
}

/**
 * Addresses of a new VPC's NAT gateways that an earlier `pulumi up` made: somebody may have read them in AWS
 * and added them to `api.allowedCidrs`.
 */
export async function findNatAddresses(
  { name, api, existingVpc }: Settings,
  opts: pulumi.InvokeOptions,
): Promise<string[]> {
  if (api.access === "internal" || existingVpc) return [];
  const filters = [
    { name: `tag:${clusterTag(name)}`, values: ["owned"] },
    { name: "tag:Name", values: [`${name}-nat-*`] },
  ];
  const { publicIps } = await aws.ec2.getEips({ filters }, opts);
  return publicIps;
}
