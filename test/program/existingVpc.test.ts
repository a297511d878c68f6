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
    assert.deepEqual([...kinds].sort(), ["ec2.AmiCopy", "ec2.LaunchTemplate", "ec2.SecurityGroup", "ec2.Tag"]);
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

  const otherCidrs = {
    "100.64.0.0/16": "associated",
    "100.65.0.0/16": "associated",
    "10.200.0.0/16": "disassociated",
  } as const;

  it("admits its ranges to an internal API, each once, and none that was removed from it", async () => {
    const api = { allowedCidrs: ["100.64.0.0/16", "192.168.0.0/16"] };
    const { resources } = await run(config({}, { api }), inRegion({ otherCidrs }));
    const rules = resources.filter(({ name }) => name.startsWith("dev-groups-api-from-"));
    assert.deepEqual(rules.flatMap(({ inputs }) => inputs.cidrIpv4 ?? []).sort(), [
      "100.64.0.0/16",
      "100.65.0.0/16",
      "172.31.0.0/16",
      "192.168.0.0/16",
    ]);
  });

  it("may lack public subnets in a zone of the private ones unless the API is public", async () => {
    const { outputs } = await run(config({ publicSubnetIds: [id(11)] }), inRegion());
    assert.deepEqual(outputs.publicSubnetIds, [id(11)]);
  });

  it("that had a range once leaves it to pods", async () => {
    const { resources } = await run(config({}, { podCidr: "10.200.0.0/16" }), inRegion({ otherCidrs }));
    assert.ok(resources.some(({ type }) => type === "autoscaling.Group"));
  });

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
      'existingVpc.privateSubnetIds: "eu-central-1b": a subnet is in this zone, which zones does not name: remove one of the two',
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
      `existingVpc.privateSubnetIds: "${id(1)}": is in vpc-99999999, not in ${vpcId}`,
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
      `existingVpc.privateSubnetIds: "${id(2)}": has no route to 0.0.0.0/0, so nodes could download nothing, nor pull an image: add one`,
    ],
    [
      "a public API and no public subnet in a zone of the private ones",
      config({ publicSubnetIds: [id(11)] }, { api: { access: "public", allowedCidrs: ["203.0.113.0/24"] } }),
      inRegion(),
      `existingVpc.publicSubnetIds: ["${id(11)}"]: no subnet is in eu-central-1b: name one for each zone of the private subnets, or the API's balancer does not reach controllers there`,
    ],
    [
      "the id of another",
      config({ vpcId: "vpc-99999999" }),
      withSubnet(subnet(1, "nat", { vpcId: "vpc-99999999" })),
      'existingVpc.vpcId: "vpc-99999999": cannot be looked up: there is no VPC',
      `existingVpc.privateSubnetIds: "${id(2)}": is in ${vpcId}, not in vpc-99999999`,
      `existingVpc.publicSubnetIds: "${id(11)}": is in ${vpcId}, not in vpc-99999999`,
      `existingVpc.publicSubnetIds: "${id(12)}": is in ${vpcId}, not in vpc-99999999`,
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
      'versions.flatcar: "1.2.3": Flatcar publishes no amd64 image of it in eu-central-1, and takes images back after nine months: the newest is 4757.2.10',
    ],
  ];
  for (const [title, settings, where, ...lines] of refusals) {
    it(`is refused with ${title}`, async () => {
      const count = lines.length === 1 ? "1 setting is wrong" : `${lines.length} settings are wrong`;
      await assert.rejects(run(settings, where), {
        message: [
          `${count} (settings.ts describes each):`,
          ...lines.map((line) => `  pulumi-kubeadm:${line}`),
        ].join("\n"),
      });
    });
  }

  it("that cannot be looked into is told in AWS's words, not as a wrong setting", async () => {
    const { region } = inRegion();
    const where = { region: { ...region, denied: ["getNatGateways"] } };
    await assert.rejects(run(config({ privateSubnetIds: [id(1), id(13)] }), where), {
      message: "not authorized to call getNatGateways",
    });
  });
});
