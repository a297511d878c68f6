import type { Change } from "@aws-sdk/client-route-53";
import { effectOf, parsePolicy } from "../../proof/lab/aws/permissions/policy";
import { changeContext } from "../../proof/lab/aws/permissions/route53Permissions";
import { discoveryStatements } from "../../lambda/permissions";

export const zoneArn = "arn:aws:route53:::hostedzone/Z1";

/** Whether IAM lets the discovery function of the zone `zoneName`, at `zoneArn`, send a batch of changes to a zone. */
export function mayChange(zoneName: string): (changes: readonly Change[], toZoneArn?: string) => boolean {
  const statements = parsePolicy("the function's policy", {
    Version: "2012-10-17",
    Statement: discoveryStatements(zoneArn, zoneName),
  });
  return (changes, toZoneArn = zoneArn) => {
    const named = changes.map(({ Action, ResourceRecordSet }) => ({
      action: Action!,
      name: ResourceRecordSet!.Name!,
      type: ResourceRecordSet!.Type!,
    }));
    const action = "route53:ChangeResourceRecordSets";
    return effectOf(statements, { action, resource: toZoneArn, context: changeContext(named) }) === "Allow";
  };
}
