import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { strangeResolvers } from "../../components/resolvers";
import { changes } from "./changes";
import { region, Region, Subnet, Vpc } from "./region";
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
  natAddresses: [["198.51.100.1"], ["198.51.100.2"]],
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

describe("An existing VPC", function () {
  this.timeout(120_000); // several runs of the whole program in one test

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
    assert.deepEqual([...kinds].sort(), [
      "ec2.AmiCopy",
      "ec2.LaunchTemplate",
      "ec2.SecurityGroup",
      "ec2.Tag",
    ]);
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

  it("lets every address of its NAT gateways reach a public API, whichever a connection leaves by", async () => {
    const api = { access: "public", allowedCidrs: ["203.0.113.0/24"] };
    const natAddresses = [["198.51.100.1", "198.51.100.3"], ["198.51.100.2"]];
    const nats = { natAddresses, regionalNatAddresses: ["198.51.100.4", "198.51.100.5"] };
    const { resources } = await run(config({}, { api }), inRegion(nats));
    const rules = resources.filter(({ name }) => name.startsWith("dev-groups-api-from-198."));
    const admitted = rules.map(({ inputs, formerNames: [former] }) => [inputs.cidrIpv4, former]);
    assert.deepEqual(Object.fromEntries(admitted), {
      "198.51.100.1/32": "dev-groups-api-from-nat-0",
      "198.51.100.2/32": "dev-groups-api-from-nat-1",
      "198.51.100.4/32": "dev-groups-api-from-nat-2",
      "198.51.100.5/32": "dev-groups-api-from-nat-3",
      "198.51.100.3/32": "dev-groups-api-from-nat-4",
    });
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
      "a VPC and a subnet that are shared by another account",
      config(),
      {
        region: {
          ...here,
          vpc: {
            ...vpc,
            ownerId: "999999999999",
            subnets: vpc.subnets.map((each) =>
              each.id === id(2) ? { ...each, ownerId: "999999999999" } : each,
            ),
          },
        },
      },
      `existingVpc.vpcId: "${vpcId}": belongs to account 999999999999, which alone can tag it and give it a private zone: use one of this account`,
      `existingVpc.privateSubnetIds: "${id(2)}": belongs to account 999999999999, which alone can tag it and give it a private zone: use one of this account`,
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
      `existingVpc.publicSubnetIds: "${id(12)}": has no free address for the API's balancer or the bastion: name another subnet`,
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
  const kept: [title: string, where: { region: Region }][] = [
    [
      "noted",
      standing({}, { "private-subnets": [1, 2].map(id).join(), "public-subnets": [11, 12].map(id).join() }),
    ],
    [
      "put out by the release before",
      standing({ privateSubnetIds: [1, 2].map(id), publicSubnetIds: [11, 12].map(id) }, {}),
    ],
  ];
  for (const [title, where] of kept) {
    it(`keeps the order of the subnets that were ${title}, and adds others to them`, async () => {
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

    it(`is not to lose a subnet that was ${title}`, async () => {
      await assert.rejects(run(config({ privateSubnetIds: [id(1), id(3)] }, { zones: 2 }), where), {
        message:
          /privateSubnetIds: \["subnet-00000001","subnet-00000003"\]: this cluster stands in subnet-00000002 too and keeps its subnets/,
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

describe("The resolvers of an existing VPC", () => {
  it("are the VPC's own by any of their names, and others are told", () => {
    const own = ["AmazonProvidedDNS", "169.254.169.253", "172.31.0.2"];
    assert.deepEqual(strangeResolvers(own, "172.31.0.0/16"), []);
    assert.deepEqual(strangeResolvers([...own, "172.31.0.3", "10.0.0.2"], "172.31.0.0/16"), [
      "172.31.0.3",
      "10.0.0.2",
    ]);
  });

  const warned = async (settings: Config, resolvers: string[]) => {
    const said: string[] = [];
    const warn = pulumi.log.warn;
    Object.assign(pulumi.log, { warn: async (message: string) => void said.push(message) });
    await run(settings, inRegion({ resolvers })).finally(() => Object.assign(pulumi.log, { warn }));
    return said.filter((message) => message.includes("resolvers"));
  };
  const internal = config({}, { api: { access: "internal" } });

  it("are warned of when they may not know the private zone", async () => {
    const [message] = await warned(internal, ["10.9.9.9"]);
    assert.match(
      message,
      /ask the resolvers 10\.9\.9\.9 \(dopts-1\).* forward dev\.k8s\.example\.com to the VPC's resolver 172\.31\.0\.2/,
    );
  });

  it("are not looked at for a public zone, which every resolver knows", async () => {
    assert.deepEqual(await warned({ ...internal, parentZoneId: "Z0123456789" }, ["10.9.9.9"]), []);
  });
});
