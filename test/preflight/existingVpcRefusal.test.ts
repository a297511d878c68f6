import * as assert from "node:assert/strict";
import { config, id, inRegion, otherCidrs, subnet, vpc, vpcId, withSubnet } from "./existingVpc";
import type { Region } from "../engine/region";
import { Config, run } from "../engine/stack";

describe("An existing VPC", function () {
  this.timeout(120_000); // several runs of the whole program in one test

  const refusals: [title: string, config: Config, where: { region: Region }, ...lines: string[]][] = [
    [
      "a zone without a private subnet, by number",
      config({}, { zones: 3 }),
      inRegion(),
      "zones: 3: existingVpc.privateSubnetIds are in 2 (eu-central-1a, eu-central-1b): name a private subnet for each zone, or set zones: 2",
    ],
    [
      "a zone without a private subnet, by name",
      config({}, { zones: ["eu-central-1a", "eu-central-1b", "eu-central-1c"] }),
      inRegion(),
      'zones: "eu-central-1c": existingVpc.privateSubnetIds has no subnet there: add one per zone',
    ],
    [
      "a private subnet in a zone that is not wanted",
      config({}, { zones: ["eu-central-1a"] }),
      inRegion(),
      'existingVpc.privateSubnetIds: "eu-central-1b": a subnet is in this zone, but zones does not name the zone: remove the subnet, or add the zone',
    ],
    [
      "two private subnets in one zone",
      config(),
      withSubnet(subnet(2, "nat", { zone: "eu-central-1a" })),
      'existingVpc.privateSubnetIds: "eu-central-1a": two subnets are in this zone: name one per zone',
    ],
    [
      "two public subnets in one zone, which no load balancer takes",
      config(),
      withSubnet(subnet(12, "internet", { zone: "eu-central-1a" })),
      'existingVpc.publicSubnetIds: "eu-central-1a": two subnets are in this zone: name one per zone',
    ],
    [
      "a public subnet given as private",
      config({ privateSubnetIds: [id(1), id(13)] }),
      inRegion(),
      `existingVpc.privateSubnetIds: "${id(13)}": is public (a route leads to an internet gateway): name a private subnet`,
    ],
    [
      "a private subnet given as public",
      config({ publicSubnetIds: [id(3)] }),
      inRegion(),
      `existingVpc.publicSubnetIds: "${id(3)}": is private (no route leads to an internet gateway): name a public subnet`,
    ],
    [
      "a subnet without a route table of its own given as public",
      config(),
      withSubnet(subnet(11, "internet", { ownRoutes: false })),
      `existingVpc.publicSubnetIds: "${id(11)}": is private (no route leads to an internet gateway): name a public subnet`,
    ],
    [
      "a subnet of another VPC",
      config(),
      withSubnet(subnet(1, "nat", { vpcId: "vpc-99999999" })),
      `existingVpc.privateSubnetIds: "${id(1)}": is in vpc-99999999: name a subnet of ${vpcId}`,
    ],
    [
      "a VPC without DNS hostnames",
      config(),
      inRegion({ dnsHostnames: false }),
      `existingVpc.vpcId: "${vpcId}": turn on its DNS support and DNS hostnames: members find each other by name`,
    ],
    [
      "pods in the VPC's own range",
      config({}, { podCidr: "172.31.0.0/18" }),
      inRegion(),
      'podCidr: "172.31.0.0/18": overlaps the existing VPC 172.31.0.0/16: use another range',
    ],
    [
      "services in the VPC's own range",
      config({}, { serviceCidr: "172.16.0.0/12" }),
      inRegion(),
      'serviceCidr: "172.16.0.0/12": overlaps the existing VPC 172.31.0.0/16: use another range',
    ],
    [
      "pods in a range that was added to the VPC",
      config({}, { podCidr: "100.64.0.0/18" }),
      inRegion({ otherCidrs }),
      'podCidr: "100.64.0.0/18": overlaps the existing VPC 100.64.0.0/16: use another range',
    ],
    [
      "a private subnet that leads nowhere",
      config(),
      withSubnet(subnet(2, "none")),
      `existingVpc.privateSubnetIds: "${id(2)}": has no route to 0.0.0.0/0, so nodes could not download files or pull images: add one`,
    ],
    [
      "a public API and no public subnet in a zone of the private ones",
      config({ publicSubnetIds: [id(11)] }, { api: { access: "public", allowedCidrs: ["203.0.113.0/24"] } }),
      inRegion(),
      `existingVpc.publicSubnetIds: ["${id(11)}"]: no subnet is in eu-central-1b: name one for each zone of the private subnets, or the API's load balancer does not reach controllers there`,
    ],
    [
      "a VPC and a subnet that are shared by another account",
      config(),
      inRegion({
        ownerId: "999999999999",
        subnets: vpc.subnets.map((each) => (each.id === id(2) ? { ...each, ownerId: "999999999999" } : each)),
      }),
      `existingVpc.vpcId: "${vpcId}": belongs to account 999999999999, and only that account can tag it and give it a private zone: use one of this account`,
      `existingVpc.privateSubnetIds: "${id(2)}": belongs to account 999999999999, and only that account can tag it and give it a private zone: use one of this account`,
    ],
    [
      "a private subnet without room for the nodes",
      config(),
      withSubnet(subnet(2, "nat", { free: 3 })),
      `existingVpc.privateSubnetIds: "${id(2)}": has 3 free addresses, and the nodes may need 5 there: name a larger subnet, or set a lower max for pools`,
    ],
    [
      "a private subnet in a Local Zone",
      config(),
      withSubnet(subnet(2, "nat", { zone: "eu-central-1-ham-1a" })),
      `existingVpc.privateSubnetIds: "${id(2)}": is in eu-central-1-ham-1a, which lacks what a cluster needs: name a subnet of an availability zone`,
    ],
    [
      "a public subnet without an address for the API's balancer",
      config({}, { api: { access: "public", allowedCidrs: ["203.0.113.0/24"] } }),
      withSubnet(subnet(12, "internet", { free: 0 })),
      `existingVpc.publicSubnetIds: "${id(12)}": has no free address for the API's load balancer or the bastion: name another subnet`,
    ],
    [
      "the id of another",
      config({ vpcId: "vpc-99999999" }),
      withSubnet(subnet(1, "nat", { vpcId: "vpc-99999999" })),
      'existingVpc.vpcId: "vpc-99999999": cannot be looked up: there is no VPC',
      `existingVpc.privateSubnetIds: "${id(2)}": is in ${vpcId}: name a subnet of vpc-99999999`,
      `existingVpc.publicSubnetIds: "${id(11)}": is in ${vpcId}: name a subnet of vpc-99999999`,
      `existingVpc.publicSubnetIds: "${id(12)}": is in ${vpcId}: name a subnet of vpc-99999999`,
    ],
    [
      "the id of no subnet",
      config({ privateSubnetIds: [id(1), id(99)] }),
      inRegion(),
      `existingVpc.privateSubnetIds: "${id(99)}": cannot be looked up: there is no subnet`,
    ],
    [
      "two wrong subnets and a wrong Flatcar release, all told at once",
      config(
        { privateSubnetIds: [id(1), id(13)], publicSubnetIds: [id(3), id(12)] },
        { versions: { flatcar: "1.2.3" } },
      ),
      inRegion(),
      `existingVpc.privateSubnetIds: "${id(13)}": is public (a route leads to an internet gateway): name a private subnet`,
      `existingVpc.publicSubnetIds: "${id(3)}": is private (no route leads to an internet gateway): name a public subnet`,
      'versions.flatcar: "1.2.3": Flatcar publishes no amd64 image of it in eu-central-1, and deletes images after nine months: the newest is 4757.2.10',
    ],
  ];
  for (const [title, settings, where, ...lines] of refusals) {
    it(`is refused with ${title}`, async () => {
      const count = lines.length === 1 ? "1 setting is wrong" : `${lines.length} settings are wrong`;
      await assert.rejects(run(settings, where), {
        message: [
          `${count} (docs/settings.md describes each):`,
          ...lines.map((line) => `  pulumi-kubeadm:${line}`),
        ].join("\n"),
      });
    });
  }

  it("that cannot be described fails with AWS's message, not as a wrong setting", async () => {
    const { region } = inRegion();
    const where = { region: { ...region, denied: ["getNatGateways"] } };
    await assert.rejects(run(config({ privateSubnetIds: [id(1), id(13)] }), where), {
      message: "not authorized to call getNatGateways",
    });
  });
});
