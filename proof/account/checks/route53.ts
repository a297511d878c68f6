import { Route53 } from "@aws-sdk/client-route-53";
import { type CheckedAccount, holds, type Part } from "../check";
import { makeVpc } from "../made";
import { measure, within } from "../measure";

/** Usually within 60 s: https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html */
const usual = 60;

/** What the discovery function counts on in the cluster's zone. */
export const route53: Part = {
  name: "Route 53",
  makes: "a VPC, and a private zone with one record",
  checks: [
    {
      what: "a new record is INSYNC",
      expected: `within ${usual} s`,
      local: "at once",
      risk: "a new member waits longer for its name",
    },
    {
      what: "a batch with one change that does not fit",
      expected: "InvalidChangeBatch, and nothing of it is applied",
      local: "the same",
      risk: "the discovery function overwrites records that changed meanwhile",
    },
  ],
  look: async function* ({ name, region, signal }: CheckedAccount) {
    const client = new Route53({});
    const vpc = await makeVpc(name);
    const { HostedZone } = await client.createHostedZone({
      Name: `${name}.internal`,
      CallerReference: name,
      VPC: { VPCId: vpc, VPCRegion: region as "us-east-1" },
    });
    const create = (...labels: string[]) =>
      client.changeResourceRecordSets({
        HostedZoneId: HostedZone?.Id,
        ChangeBatch: {
          Changes: labels.map((label) => ({
            Action: "CREATE",
            ResourceRecordSet: {
              Name: `${label}.${name}.internal`,
              Type: "A",
              TTL: 60,
              ResourceRecords: [{ Value: "192.0.2.1" }],
            },
          })),
        },
      });
    const { ChangeInfo } = await create("first");
    const { seconds } = await measure("INSYNC", { seconds: 10 * usual, signal }, async () => {
      const change = await client.getChange({ Id: ChangeInfo?.Id });
      return change.ChangeInfo?.Status === "INSYNC";
    });
    yield within(seconds, usual);
    const refusal = await create("second", "first").then(
      () => "nothing",
      (error: Error) => error.name,
    );
    const { ResourceRecordSets = [] } = await client.listResourceRecordSets({ HostedZoneId: HostedZone?.Id });
    const second = ResourceRecordSets.some(({ Name = "" }) => Name.startsWith("second."));
    yield holds(
      refusal === "InvalidChangeBatch" && !second,
      `${refusal}, and ${second ? "a part" : "nothing"} of it applied`,
    );
  },
};
