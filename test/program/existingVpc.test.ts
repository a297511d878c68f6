import * as assert from "node:assert/strict";
import { region, Region, Subnet, Vpc } from "./cloud";
import { Config, run, stackConfig } from "./stack";

const here = region("eu-central-1");

/** Names in the style of EC2: the private subnets 1, 2, 3 and the public ones 11, 12, 13 of zones a, b, c. */
const id = (number: number) => `subnet-${String(number).padStart(8, "0")}`;
const subnet = (number: number, gateway: Subnet["gateway"], rest: Partial<Subnet> = {}): Subnet => ({
  id: id(number),
  zone: here.zones[(number % 10) - 1],
  gateway,
  ...rest,
});

const vpcId = "vpc-0a1b2c3d4e5f67890";
const vpc: Vpc = {
  id: vpcId,
  cidr: "172.31.0.0/16",
  dnsHostnames: true,
  natAddresses: ["198.51.100.1", "198.51.100.2"],
  subnets: [
    ...[1, 2, 3].map((number) => subnet(number, "nat")),
    ...[11, 12, 13].map((number) => subnet(number, "internet")),
  ],
};

const dev = stackConfig("dev");
const config = (part: Record<string, unknown> = {}, rest: Config = {}): Config => ({
  ...dev,
  network: undefined,
  existingVpc: { vpcId, privateSubnetIds: [id(1), id(2)], publicSubnetIds: [id(11), id(12)], ...part },
  ...rest,
});
const inRegion = (part: Partial<Vpc> = {}): { region: Region } => ({
  region: { ...here, vpc: { ...vpc, ...part } },
});
const withSubnet = (changed: Subnet) =>
  inRegion({ subnets: vpc.subnets.map((each) => (each.id === changed.id ? changed : each)) });

describe("An existing VPC", () => {
  it("gets nothing of a network but one tag on each named subnet", async () => {
    const { resources } = await run(config(), inRegion());
    const own = resources.filter(({ parent }) => parent === "Network dev-network");
    assert.deepEqual(
      own.map(({ type, inputs }) => [type, inputs]),
      [1, 2, 11, 12].map((number) => [
        "ec2.Tag",
        { resourceId: id(number), key: "kubernetes.io/cluster/dev", value: "shared" },
      ]),
    );
    const kinds = new Set(resources.map(({ type }) => type).filter((type) => type.startsWith("ec2.")));
    assert.deepEqual([...kinds].sort(), ["ec2.LaunchTemplate", "ec2.SecurityGroup", "ec2.Tag"]);
  });

  it("holds the nodes in its private subnets, and an internal API too", async () => {
    const { resources, outputs } = await run(config(), inRegion());
    for (const { key, inputs } of resources.filter(({ type }) => type === "autoscaling.Group")) {
      assert.deepEqual(inputs.vpcZoneIdentifiers, [id(1), id(2)], key);
    }
    const balancer = resources.find(({ type }) => type === "lb.LoadBalancer");
    assert.deepEqual(balancer?.inputs.subnets, [id(1), id(2)]);
    for (const { key, inputs } of resources.filter(({ inputs }) => "vpcId" in inputs)) {
      assert.equal(inputs.vpcId, vpcId, key);
    }
    assert.deepEqual([outputs.vpcId, outputs.privateSubnetIds], [vpcId, [id(1), id(2)]]);
  });

  it("holds a public API in its public subnets, which its NAT gateways' addresses may reach", async () => {
    const api = { access: "public", allowedCidrs: ["203.0.113.0/24"] };
    const { resources } = await run(config({}, { api }), inRegion());
    const balancer = resources.find(({ type }) => type === "lb.LoadBalancer");
    assert.deepEqual(balancer?.inputs.subnets, [id(11), id(12)]);
    const admitted = resources
      .flatMap(({ inputs }) => inputs.cidrIpv4 ?? [])
      .filter((cidr) => cidr !== "0.0.0.0/0");
    assert.deepEqual(admitted.sort(), ["198.51.100.1/32", "198.51.100.2/32", "203.0.113.0/24"]);
  });

  it("admits its own range to an internal API", async () => {
    const { resources } = await run(config(), inRegion());
    const rule = resources.find(({ name }) => name === "dev-groups-api-from-vpc");
    assert.equal(rule?.inputs.cidrIpv4, "172.31.0.0/16");
  });

  const refusals: [title: string, config: Config, where: { region: Region }, message: string][] = [
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
      "zones: eu-central-1c: existingVpc.privateSubnetIds has no subnet there: add one per zone",
    ],
    [
      "a private subnet in a zone that is not wanted",
      config({}, { zones: ["eu-central-1a"] }),
      inRegion(),
      "existingVpc.privateSubnetIds: a subnet is in eu-central-1b, which zones does not name: remove one of the two",
    ],
    [
      "two private subnets in one zone",
      config(),
      withSubnet(subnet(2, "nat", { zone: "eu-central-1a" })),
      "existingVpc.privateSubnetIds: two subnets are in eu-central-1a: name one per zone",
    ],
    [
      "two public subnets in one zone, which no load balancer takes",
      config(),
      withSubnet(subnet(12, "internet", { zone: "eu-central-1a" })),
      "existingVpc.publicSubnetIds: two subnets are in eu-central-1a: name one per zone",
    ],
    [
      "a public subnet given as private",
      config({ privateSubnetIds: [id(1), id(13)] }),
      inRegion(),
      `existingVpc.privateSubnetIds: ${id(13)}: is public (a route leads to an internet gateway): name a private subnet`,
    ],
    [
      "a private subnet given as public",
      config({ publicSubnetIds: [id(3)] }),
      inRegion(),
      `existingVpc.publicSubnetIds: ${id(3)}: is private (no route leads to an internet gateway): name a public subnet`,
    ],
    [
      "a subnet without a route table of its own given as public",
      config(),
      withSubnet(subnet(11, "internet", { ownRoutes: false })),
      `existingVpc.publicSubnetIds: ${id(11)}: is private (no route leads to an internet gateway): name a public subnet`,
    ],
    [
      "a subnet of another VPC",
      config(),
      withSubnet(subnet(1, "nat", { vpcId: "vpc-99999999" })),
      `existingVpc.privateSubnetIds: ${id(1)}: is in vpc-99999999, not in ${vpcId}`,
    ],
    [
      "a VPC without DNS hostnames",
      config(),
      inRegion({ dnsHostnames: false }),
      `existingVpc.vpcId: ${vpcId}: turn on its DNS support and DNS hostnames: members find each other by name`,
    ],
    [
      "pods in the VPC's own range",
      config({}, { podCidr: "172.31.0.0/18" }),
      inRegion(),
      "podCidr: 172.31.0.0/18: overlaps the existing VPC 172.31.0.0/16: use another range",
    ],
    [
      "services in the VPC's own range",
      config({}, { serviceCidr: "172.16.0.0/12" }),
      inRegion(),
      "serviceCidr: 172.16.0.0/12: overlaps the existing VPC 172.31.0.0/16: use another range",
    ],
  ];
  for (const [title, settings, where, message] of refusals) {
    it(`is refused with ${title}`, async () => {
      await assert.rejects(run(settings, where), { message });
    });
  }
});
