import { Route53, type ResourceRecordSet } from "@aws-sdk/client-route-53";
import assert from "node:assert/strict";
import { resolverKeyId } from "../../../local/aws/environment";
import { withLocalAws } from "../localAws";
import { measure, setAhead } from "./mood";

for (const mood of ["instant", "typical", "worst"] as const) {
  describe(`a change of a hosted zone, if the mood is ${mood}`, () => {
    const aws = withLocalAws(["--mood", mood]);
    const record: ResourceRecordSet = {
      ...{ Name: "etcd.demo.internal.", Type: "A", TTL: 60, ResourceRecords: [{ Value: "10.0.0.4" }] },
    };
    let zone: string;
    let change: string;
    let status: string | undefined;

    /** The names that have addresses, for a caller with that key. */
    const names = async (accessKeyId: string) => {
      const route53 = new Route53({ credentials: { accessKeyId, secretAccessKey: "none" } });
      const { ResourceRecordSets = [] } = await route53.listResourceRecordSets({ HostedZoneId: zone });
      return ResourceRecordSets.filter(({ Type }) => Type === "A").map(({ Name }) => Name);
    };
    const statusNow = async () => (await new Route53({}).getChange({ Id: change })).ChangeInfo?.Status;

    before(async () => {
      const route53 = new Route53({});
      const made = await route53.createHostedZone({ Name: "demo.internal", CallerReference: mood });
      zone = made.HostedZone?.Id ?? "";
      const { ChangeInfo } = await route53.changeResourceRecordSets({
        HostedZoneId: zone,
        ChangeBatch: { Changes: [{ Action: "CREATE", ResourceRecordSet: record }] },
      });
      ({ Id: change = "", Status: status } = ChangeInfo!);
    });

    if (mood === "instant") {
      it("is INSYNC at once, and DNS servers answer by it", async () => {
        assert.deepEqual([status, await statusNow()], ["INSYNC", "INSYNC"]);
        assert.deepEqual(await names(resolverKeyId), [record.Name]);
      });
      return;
    }
    const { seconds = 0 } = measure("route53-change", mood);

    it("is PENDING: the API has it, and DNS servers do not", async () => {
      assert.deepEqual([status, await statusNow()], ["PENDING", "PENDING"]);
      assert.deepEqual(await names("local"), [record.Name]);
      assert.deepEqual(await names(resolverKeyId), []);
    });

    it(`is INSYNC after ${seconds} seconds, and no earlier`, async () => {
      await setAhead(aws.url, seconds / 2);
      assert.equal(await statusNow(), "PENDING");
      await setAhead(aws.url, seconds);
      assert.equal(await statusNow(), "INSYNC");
      assert.deepEqual(await names(resolverKeyId), [record.Name]);
    });

    it("comes to DNS servers in the order of the changes", async () => {
      const replace = async (old: string, next: string) =>
        new Route53({}).changeResourceRecordSets({
          HostedZoneId: zone,
          ChangeBatch: {
            Changes: [
              {
                Action: "DELETE",
                ResourceRecordSet: { ...record, ResourceRecords: [{ Value: old }] },
              },
              {
                Action: "CREATE",
                ResourceRecordSet: { ...record, ResourceRecords: [{ Value: next }] },
              },
            ],
          },
        });
      const served = async () => {
        const route53 = new Route53({
          credentials: { accessKeyId: resolverKeyId, secretAccessKey: "none" },
        });
        const { ResourceRecordSets = [] } = await route53.listResourceRecordSets({ HostedZoneId: zone });
        return ResourceRecordSets.find(({ Type }) => Type === "A")?.ResourceRecords?.[0]?.Value;
      };
      await replace("10.0.0.4", "10.0.0.5");
      await setAhead(aws.url, seconds * 1.5);
      await replace("10.0.0.5", "10.0.0.6");
      assert.equal(await served(), "10.0.0.4");
      await setAhead(aws.url, seconds * 2.1);
      assert.equal(await served(), "10.0.0.5");
      await setAhead(aws.url, seconds * 2.6);
      assert.equal(await served(), "10.0.0.6");
    });

    it("is not known by another id", async () => {
      await assert.rejects(new Route53({}).getChange({ Id: "C0" }), { name: "NoSuchChange" });
    });
  });
}
