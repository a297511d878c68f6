import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { bytes, keyPair } from "./keyMaterial";

/** What is there of an AWS region before the program runs. */
export interface Region {
  readonly name: string;
  readonly zones: readonly string[];
  /** Architectures, as EC2 calls them, that Flatcar's account has an image for. */
  readonly images: readonly string[];
  readonly vpc?: Vpc;
}

export interface Vpc {
  readonly id: string;
  readonly cidr: string;
  readonly dnsHostnames: boolean;
  readonly subnets: readonly Subnet[];
  readonly natAddresses: readonly string[];
}

export interface Subnet {
  readonly id: string;
  /** @default the VPC it is listed in */
  readonly vpcId?: string;
  readonly zone: string;
  /** Where its default route leads. */
  readonly gateway: "internet" | "nat";
  /** Without a route table of its own a subnet has the VPC's main one, which leads nowhere here. @default true */
  readonly ownRoutes?: boolean;
}

export const accountId = "123456789012";

/** A region as AWS has them, with nothing of ours in it. */
export function region(name: string, zones = 3): Region {
  return {
    name,
    zones: [..."abcdef"].slice(0, zones).map((letter) => `${name}${letter}`),
    images: ["x86_64", "arm64"],
  };
}

/** What the provider's functions answer; an unknown one is an error, so that no lookup goes unnoticed. */
export function answer(region: Region, token: string, args: Record<string, any>): Record<string, unknown> {
  const vpc = region.vpc;
  const subnet = (id: string) => found(vpc?.subnets, ({ id: each }) => each === id, `subnet ${id}`);
  const filter = (name: string): string[] =>
    args.filters?.find((each: { name: string; values: string[] }) => each.name === name)?.values ?? [];
  switch (token.replace(/^.*:/, "")) {
    case "getCallerIdentity":
      return { accountId };
    case "getPartition":
      return { partition: "aws", dnsSuffix: "amazonaws.com" };
    case "getRegion":
      return { region: region.name };
    case "getAvailabilityZones":
      return { names: region.zones };
    case "getAmi": {
      const architecture = found(filter("architecture"), (each) => region.images.includes(each), "image");
      return { id: `ami-${architecture}-${filter("name").join()}-of-${args.owners}` };
    }
    case "getVpc": {
      const { id, cidr, dnsHostnames } = found(vpc && [vpc], ({ id }) => id === args.id, `VPC ${args.id}`);
      return { id, cidrBlock: cidr, enableDnsSupport: true, enableDnsHostnames: dnsHostnames };
    }
    case "getSubnet": {
      const { id, zone, vpcId } = subnet(args.id);
      return { id, vpcId: vpcId ?? vpc?.id, availabilityZone: zone };
    }
    case "getRouteTables": {
      if (filter("association.main").length > 0) return { ids: ["rtb-main"] };
      const ids = filter("association.subnet-id");
      return { ids: ids.filter((id) => subnet(id).ownRoutes !== false).map((id) => `rtb-${id}`) };
    }
    case "getRouteTable": {
      if (args.routeTableId === "rtb-main") return { routes: [{ gatewayId: "local" }] };
      const leadsTo = subnet(args.routeTableId.replace("rtb-", "")).gateway;
      return { routes: [{ gatewayId: "local" }, { gatewayId: leadsTo === "internet" ? "igw-1" : "" }] };
    }
    case "getNatGateways":
      return { ids: vpc?.natAddresses.map((_, i) => `nat-${i}`) };
    case "getNatGateway":
      return { publicIp: vpc?.natAddresses[Number(args.id.slice("nat-".length))] };
    default:
      throw failure(`the program calls ${token}, which this region has no answer for`);
  }
}

function found<T>(all: readonly T[] | undefined, isIt: (each: T) => boolean, what: string): T {
  const it = all?.find(isIt);
  if (it === undefined) throw failure(`there is no ${what}`);
  return it;
}

/** Pulumi takes a provider's words from where gRPC has them. */
const failure = (message: string) => Object.assign(new Error(message), { details: message });

/** `Subnet:dev-network-public-eu-central-1a`: an id that tells in an input what it refers to. */
export const idOf = (type: string, name: string) => `${type.split(":").pop()}:${name}`;

/** What a provider adds to the inputs of a resource it has made. */
export function madeOutputs(region: Region, type: string, name: string, inputs: Record<string, any>) {
  const [module, , kind] = [type.split(":")[1].split("/")[0], "", type.split(":").pop() ?? ""];
  const common = {
    arn: `arn:aws:${module}:${region.name}:${accountId}:${kind}/${name}`,
    name: inputs.name ?? `${name}-1a2b3c4`,
  };
  return { ...common, ...own(kind, name, inputs) };
}

function own(kind: string, name: string, inputs: Record<string, any>): Record<string, unknown> {
  switch (kind) {
    case "Eip":
      return { publicIp: `address-of-${name}`, allocationId: `eipalloc:${name}` };
    case "LoadBalancer":
      return { dnsName: `${name}.elb.amazonaws.com`, zoneId: "zone-of-elb" };
    case "Zone":
      return { zoneId: `Zone:${name}`, nameServers: [`ns-1.${name}`, `ns-2.${name}`] };
    case "Key":
      return { keyId: `Key:${name}` };
    case "Queue":
      return { url: `https://sqs/${name}` };
    case "LaunchTemplate":
      return { latestVersion: parseInt(digest(inputs), 16) };
    case "BucketObjectv2":
      return { versionId: digest(inputs) };
    case "PrivateKey": {
      const { privateText, publicText } = keyPair(name, inputs.algorithm);
      return { privateKeyPem: privateText, privateKeyPemPkcs8: privateText, publicKeyPem: publicText };
    }
    case "CertRequest":
      return { certRequestPem: `request of ${name}\n` };
    case "SelfSignedCert":
    case "LocallySignedCert":
      return { certPem: `certificate of ${name}\n`, validityEndTime: `end of ${name}` };
    case "RandomBytes":
      return { base64: bytes(name, inputs.length) };
    default:
      return {};
  }
}

/** Other inputs, another version. */
const digest = (inputs: object) =>
  createHash("sha256").update(JSON.stringify(inputs)).digest("hex").slice(0, 8);

/** `outputs` with those marked secret that the provider's schema says are. */
export function withSecretOutputs(outputs: Record<string, unknown>, secret: readonly string[]) {
  const entries = Object.entries(outputs);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, secret.includes(key) ? pulumi.secret(value) : value]),
  );
}
