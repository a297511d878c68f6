import { Route53 } from "@aws-sdk/client-route-53";

/** Deletes every DNS record by which members find each other, as a person may do by mistake. */
export async function deleteMemberRecords(zoneId: string): Promise<void> {
  const route53 = new Route53({});
  const { ResourceRecordSets = [] } = await route53.listResourceRecordSets({ HostedZoneId: zoneId });
  const ofMembers = ResourceRecordSets.filter(
    ({ Type, Name = "" }) => Type === "SRV" || /(^|\.)etcd\./.test(Name),
  );
  await route53.changeResourceRecordSets({
    HostedZoneId: zoneId,
    ChangeBatch: {
      Changes: ofMembers.map((ResourceRecordSet) => ({ Action: "DELETE", ResourceRecordSet })),
    },
  });
}
