import { region, Region, Subnet, Vpc } from "../engine/region";
import { Config, stackConfig } from "../engine/stack";

const here = region("eu-central-1");

/** Names in the style of EC2: the private subnets 1, 2, 3 and the public ones 11, 12, 13 of zones a, b, c. */
export const id = (number: number) => `subnet-${String(number).padStart(8, "0")}`;
export const subnet = (number: number, gateway: Subnet["gateway"], rest: Partial<Subnet> = {}): Subnet => ({
  id: id(number),
  zone: here.zones[(number % 10) - 1],
  gateway,
  ...rest,
});

export const vpcId = "vpc-0a1b2c3d4e5f67890";
/** A VPC that is there before the cluster. */
export const vpc: Vpc = {
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

/** Settings of a cluster in that VPC. */
export const config = (part: Record<string, unknown> = {}, rest: Config = {}): Config => ({
  ...dev,
  network: undefined,
  existingVpc: { vpcId, privateSubnetIds: [id(1), id(2)], publicSubnetIds: [id(11), id(12)], ...part },
  ...rest,
});

/** The region with that VPC, or with one that differs. */
export const inRegion = (part: Partial<Vpc> = {}): { region: Region } => ({
  region: { ...here, vpc: { ...vpc, ...part } },
});

/** The same with another subnet in the place of that of its id. */
export const withSubnet = (changed: Subnet) =>
  inRegion({ subnets: vpc.subnets.map((each) => (each.id === changed.id ? changed : each)) });

/** Ranges that were added to the VPC, the last of which was removed again. */
export const otherCidrs = {
  "100.64.0.0/16": "associated",
  "100.65.0.0/16": "associated",
  "10.200.0.0/16": "disassociated",
} as const;
