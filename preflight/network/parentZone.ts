import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../settings";
import { WrongSettings } from "../../settings/errors";
import { lookUp } from "../lookUp";

/**
 * @throws WrongSettings when the account has no such zone, or the cluster's zone cannot be delegated from it
 */
export async function checkParentZone(
  { parentZoneId, domain, name }: Settings,
  opts: pulumi.InvokeOptions,
): Promise<void> {
  if (parentZoneId === undefined) return;
  const key = "parentZoneId";
  const found = await lookUp(key, parentZoneId, aws.route53.getZone({ zoneId: parentZoneId }, opts));
  const parent = found.name.replace(/\.$/, "");
  const refuse = (remedy: string) => new WrongSettings({ key, value: parentZoneId, remedy });
  if (found.privateZone)
    throw refuse(
      `is the private zone ${parent}, and resolvers follow a delegation only from a public zone: use a public zone`,
    );
  if (parent === `${name}.${domain}`)
    throw refuse(`is ${parent}, the name of the cluster's own zone: use the zone of ${domain}`);
  if (domain !== parent && !domain.endsWith(`.${parent}`))
    throw refuse(
      `is the zone ${parent}, which does not contain ${domain}: use the zone of ${domain}, or of a domain above it`,
    );
}
