import type { Change } from "@aws-sdk/client-route-53";
import assert from "node:assert/strict";
import { discoveryStatements } from "../../lambda/permissions";
import { mayChange, zoneArn } from "./mayChange";

const statements = discoveryStatements(zoneArn, "blue.example.org");
const isPermitted = mayChange("blue.example.org");

describe("the role of the discovery function", () => {
  it("reads the group and its instances, and the records of its own zone", () => {
    assert.deepEqual(
      statements.filter((statement) => !("Condition" in statement)),
      [
        {
          Effect: "Allow",
          Action: ["autoscaling:DescribeAutoScalingGroups", "ec2:DescribeInstances"],
          Resource: "*",
        },
        { Effect: "Allow", Action: "route53:ListResourceRecordSets", Resource: zoneArn },
      ],
    );
  });

  const batch = (...list: [action: Change["Action"], name: string, type: "A" | "SRV" | "TXT"][]): Change[] =>
    list.map(([Action, Name, Type]) => ({ Action, ResourceRecordSet: { Name, Type } }));

  it("changes records in that zone alone", () => {
    const own = batch(["CREATE", "etcd.blue.example.org.", "A"]);
    assert.ok(isPermitted(own));
    assert.ok(!isPermitted(own, "arn:aws:route53:::hostedzone/Z2"));
  });

  it("creates and deletes its own records, several in one batch", () => {
    const own = batch(
      ["DELETE", "_etcd-server-ssl._tcp.blue.example.org.", "SRV"],
      ["CREATE", "_etcd-client-ssl._tcp.blue.example.org.", "SRV"],
      ["CREATE", "etcd.blue.example.org.", "A"],
      ["DELETE", "i-0123456789abcdef0.etcd.blue.example.org.", "A"],
    );
    assert.ok(isPermitted(own));
    for (const each of own) assert.ok(isPermitted([each]));
  });

  it("changes no other record, even one next to its own", () => {
    const own = batch(["CREATE", "etcd.blue.example.org.", "A"]);
    const others = batch(
      ["UPSERT", "etcd.blue.example.org.", "A"],
      ["CREATE", "etcd.blue.example.org.", "TXT"],
      ["CREATE", "api.blue.example.org.", "A"],
      ["DELETE", "blue.example.org.", "A"],
      ["DELETE", "x.etcd.blue.example.org.", "A"],
    );
    for (const each of others) assert.ok(!isPermitted([...own, each]), JSON.stringify(each));
    assert.ok(!isPermitted([]));
  });
});
