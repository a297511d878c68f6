import * as assert from "node:assert/strict";
import { changes } from "../engine/changes";
import { config, id, inRegion } from "./existingVpc";
import type { Region } from "../engine/region";
import { run } from "../engine/stack";

describe("An existing VPC", function () {
  this.timeout(120_000); // several runs of the whole program in one test

  const standing = (
    subnets: Record<string, string[]>,
    notes: Record<string, string>,
  ): { region: Region } => ({
    region: {
      ...inRegion().region,
      stored: ["encryption/encryption.yaml"],
      metadata: { "encryption/encryption.yaml": { "encryption-key": "1", ...notes } },
      lastOutputs: subnets,
    },
  });
  const olderNotes = standing(
    { privateSubnetIds: [1, 2].map(id), publicSubnetIds: [11, 12].map(id) },
    { "private-subnets": id(1) },
  );
  const kept: [title: string, where: { region: Region }][] = [
    [
      "noted",
      standing({}, { "private-subnets": [1, 2].map(id).join(), "public-subnets": [11, 12].map(id).join() }),
    ],
    [
      "put out by the last up, whose notes are lost",
      standing({ privateSubnetIds: [1, 2].map(id), publicSubnetIds: [11, 12].map(id) }, {}),
    ],
    ["put out by the last up, and in part noted by an older one", olderNotes],
  ];
  for (const [title, where] of kept) {
    it(`keeps the order of the subnets that were ${title}, and appends new ones`, async () => {
      const before = await run(config(), where);
      const turned = { privateSubnetIds: [id(2), id(1)], publicSubnetIds: [id(12), id(11)] };
      assert.deepEqual(changes(before, await run(config(turned), where)), {});
      const added = changes(
        before,
        await run(config({ privateSubnetIds: [3, 2, 1].map(id) }, { zones: 3 }), where),
      );
      assert.deepEqual(added, {
        [`ec2.Tag dev-network-${id(3)}`]: "+",
        "s3.BucketObjectv2 dev-store-encryption-encryption.yaml": "metadata",
        "lb.LoadBalancer dev-api": "subnets",
        "autoscaling.Group dev-controllers": "vpcZoneIdentifiers",
        "autoscaling.Group dev-pool-workers": "vpcZoneIdentifiers",
      });
    });

    it(`refuses to lose a subnet that was ${title}`, async () => {
      await assert.rejects(run(config({ privateSubnetIds: [id(1), id(3)] }, { zones: 2 }), where), {
        message:
          /privateSubnetIds: \["subnet-00000001","subnet-00000003"\]: this cluster is also in subnet-00000002 and keeps its subnets/,
      });
    });
  }

  it("refuses to lose a public subnet that is in the last outputs but not in the metadata", async () => {
    await assert.rejects(run(config({ publicSubnetIds: [id(11)] }), olderNotes), {
      message: /publicSubnetIds: \["subnet-00000011"\]: this cluster is also in subnet-00000012/,
    });
  });

  it("keeps a subnet that a failed up noted but did not export", async () => {
    const failed = standing({ privateSubnetIds: [id(1)] }, { "private-subnets": [1, 2].map(id).join() });
    await assert.rejects(run(config({ privateSubnetIds: [id(1)] }, { zones: 1 }), failed), {
      message: /privateSubnetIds: \["subnet-00000001"\]: this cluster is also in subnet-00000002/,
    });
  });
});
