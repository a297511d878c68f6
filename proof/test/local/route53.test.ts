import { EC2 } from "@aws-sdk/client-ec2";
import { Route53 } from "@aws-sdk/client-route-53";
import assert from "node:assert/strict";
import { region, withLocalAws } from "./localAws";

describe("Route53 of the local AWS", () => {
  withLocalAws();
  let route53: Route53;
  let vpc: string;

  before(async () => {
    route53 = new Route53({});
    vpc = (await new EC2({}).createVpc({ CidrBlock: "10.0.0.0/16" })).Vpc?.VpcId ?? "";
  });

  it("judges a change batch by the zone as it stands, and applies all of it or nothing", async () => {
    const zone = await route53.createHostedZone({ Name: "batches.example", CallerReference: "batches" });
    const HostedZoneId = zone.HostedZone?.Id;
    const record = (...values: string[]) => ({
      Name: "etcd.batches.example.",
      Type: "A" as const,
      TTL: 60,
      ResourceRecords: values.map((Value) => ({ Value })),
    });
    const change = (...changes: ["CREATE" | "DELETE", ReturnType<typeof record>][]) =>
      route53.changeResourceRecordSets({
        HostedZoneId,
        ChangeBatch: {
          Changes: changes.map(([Action, ResourceRecordSet]) => ({ Action, ResourceRecordSet })),
        },
      });
    const [three, four] = [record("10.0.0.3"), record("10.0.0.3", "10.0.0.4")];

    await change(["CREATE", three]);
    await assert.rejects(change(["CREATE", four]), /InvalidChangeBatch.*already exists/);
    await change(["DELETE", three], ["CREATE", four]);
    await assert.rejects(change(["DELETE", three], ["CREATE", four]), /do not match the current values/);
    await change(["DELETE", four], ["CREATE", three]);
    await change(["DELETE", three]);
    await assert.rejects(change(["DELETE", three]), /was not found/);

    const { ResourceRecordSets = [] } = await route53.listResourceRecordSets({ HostedZoneId });
    assert.deepEqual(ResourceRecordSets.map(({ Type }) => Type).sort(), ["NS", "SOA"]);
  });

  it("takes a zone made with a VPC for private and another for public", async () => {
    const inVpc = await route53.createHostedZone({
      Name: "private.example",
      CallerReference: "private",
      VPC: { VPCId: vpc, VPCRegion: region },
    });
    assert.equal(inVpc.HostedZone?.Config?.PrivateZone, true);
    const { VPCs } = await route53.getHostedZone({ Id: inVpc.HostedZone?.Id });
    assert.deepEqual(VPCs, [{ VPCId: vpc, VPCRegion: region }]);
    const open = await route53.createHostedZone({ Name: "public.example", CallerReference: "public" });
    assert.equal(open.HostedZone?.Config?.PrivateZone, false);
  });

  it("gives a zone a start-of-authority record of seven fields, and name servers with their final dot", async () => {
    for (const VPC of [undefined, { VPCId: vpc, VPCRegion: region } as const]) {
      const { HostedZone, DelegationSet } = await route53.createHostedZone({
        Name: "soa.example",
        CallerReference: `soa ${String(VPC?.VPCId)}`,
        VPC,
      });
      const { ResourceRecordSets = [] } = await route53.listResourceRecordSets({
        HostedZoneId: HostedZone?.Id,
      });
      const values = (type: string) =>
        ResourceRecordSets.find(({ Type }) => Type === type)?.ResourceRecords?.map(({ Value }) => Value) ??
        [];
      assert.match(
        values("SOA").join(),
        /^ns-[\w.-]+\w\. awsdns-hostmaster\.amazon\.com\. 1 7200 900 1209600 86400$/,
      );
      assert.ok(values("NS").length > 1);
      for (const server of values("NS")) assert.match(server ?? "", /^ns-[\w.-]+\w\.$/);
      for (const server of DelegationSet?.NameServers ?? []) assert.match(server, /^ns-[\w.-]+\w$/);
      assert.equal(DelegationSet === undefined, VPC !== undefined);
    }
  });

  it("refuses a record whose name has an empty label", async () => {
    const { HostedZone } = await route53.createHostedZone({
      Name: "labels.example",
      CallerReference: "labels",
    });
    const put = (Type: "SOA" | "NS" | "SRV", Name: string, Value: string) =>
      route53.changeResourceRecordSets({
        HostedZoneId: HostedZone?.Id,
        ChangeBatch: {
          Changes: [
            {
              Action: "UPSERT",
              ResourceRecordSet: { Name, Type, TTL: 60, ResourceRecords: [{ Value }] },
            },
          ],
        },
      });
    const rest = "awsdns-hostmaster.amazon.com. 1 7200 900 1209600 10";
    const empty = /InvalidChangeBatch.*DomainLabelEmpty/;
    await assert.rejects(put("SOA", "labels.example", `ns-1.example.com.. ${rest}`), empty);
    await assert.rejects(put("NS", "a.labels.example", "ns-1..example.com."), empty);
    await assert.rejects(put("SRV", "_a._tcp.labels.example", "0 0 2380 a.labels.example.."), empty);
    await put("SOA", "labels.example", `ns-1.example.com. ${rest}`);
    await put("NS", "a.labels.example", "ns-1.example.com.");
    await put("SRV", "_a._tcp.labels.example", "0 0 2380 a.labels.example.");
  });
});
