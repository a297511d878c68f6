import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { bytes, keyPair } from "./keyMaterial";

/** What is there of an AWS region before the program runs. */
export interface Region {
  readonly name: string;
  readonly zones: readonly string[];
  /** Architectures, as EC2 calls them, that Flatcar's account has an image for. */
  readonly architectures: readonly string[];
  /** Instance types by architecture, as EC2 calls it. */
  readonly instanceTypes: Readonly<Record<string, readonly string[]>>;
  /** Zones that have none of a type, by type. @default every zone has all */
  readonly lacking?: Readonly<Record<string, readonly string[]>>;
  /** What some of them have that others do not. @default 2 vCPUs, 4096 MiB, spot instances too */
  readonly sizes?: Readonly<Record<string, Record<string, unknown>>>;
  /** Hosted zones of the account. @default one of any id, k8s.example.com */
  readonly hostedZones?: readonly {
    readonly id: string;
    readonly name: string;
    readonly privateZone: boolean;
  }[];
  /** Names of the account's SNS topics. @default none */
  readonly topics?: readonly string[];
  /** Flatcar's releases, the newest last. */
  readonly flatcar: readonly string[];
  /** Names of the account's own images. @default none */
  readonly images?: readonly string[];
  /** The existing VPC. */
  readonly vpc?: Vpc;
  /** Subnets that are tagged as a cluster's own. @default none */
  readonly ownSubnets?: readonly OwnSubnet[];
  /** Addresses by their tag `Name`. @default none */
  readonly addresses?: Readonly<Record<string, string>>;
  /** Keys in the node store. @default there is no bucket */
  readonly stored?: readonly string[];
  /** S3 metadata of the keys in the node store that have any. @default none has */
  readonly metadata?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What the stack's last `pulumi up` put out. @default there was none */
  readonly lastOutputs?: Readonly<Record<string, unknown>>;
  /** Functions of the provider that the caller may not use. @default none */
  readonly denied?: readonly string[];
}

export interface Vpc {
  readonly id: string;
  readonly cidr: string;
  /** Ranges that were added to it, and what became of each. @default none */
  readonly otherCidrs?: Readonly<Record<string, "associated" | "disassociated">>;
  readonly dnsHostnames: boolean;
  /** What its DHCP options name. @default the VPC's own resolver */
  readonly resolvers?: readonly string[];
  /** @default the caller's */
  readonly ownerId?: string;
  readonly subnets: readonly Subnet[];
  /** Addresses of each NAT gateway, the first one first. */
  readonly natAddresses: readonly (readonly string[])[];
  /** Addresses of a regional NAT gateway. @default there is none */
  readonly regionalNatAddresses?: readonly string[];
}

export interface Subnet {
  readonly id: string;
  /** @default the VPC it is listed in */
  readonly vpcId?: string;
  readonly zone: string;
  /** Where its default route leads, if it has one. */
  readonly gateway: "internet" | "nat" | "none";
  /** Without a route table of its own a subnet has the VPC's main one, which leads nowhere here. @default true */
  readonly ownRoutes?: boolean;
  /** Addresses that nothing has. @default as many as a /20 has */
  readonly free?: number;
  /** @default the caller's */
  readonly ownerId?: string;
}

/** A subnet of a cluster's own VPC. */
export interface OwnSubnet {
  readonly id: string;
  readonly zone: string;
  readonly cidr: string;
}

export const accountId = "123456789012";

/** A region as AWS has them, with nothing of ours in it. */
export function region(name: string, zones = 3): Region {
  return {
    name,
    zones: [..."abcdef"].slice(0, zones).map((letter) => `${name}${letter}`),
    architectures: ["x86_64", "arm64"],
    instanceTypes: {
      x86_64: ["t3.nano", "t3.medium", "t3.large", "t3a.large", "m7i-flex.large"].concat(
        ["m6i", "m7i", "m7a"].flatMap((family) => [`${family}.large`, `${family}.xlarge`]),
      ),
      arm64: ["m7g.large"],
    },
    flatcar: ["4757.2.0", "4757.2.1", "4757.2.2", "4757.2.10"],
  };
}

/** What the provider's functions answer; an unknown one is an error, so that no lookup goes unnoticed. */
export function answer(region: Region, token: string, args: Record<string, any>): Record<string, unknown> {
  const vpc = region.vpc;
  const subnet = (id: string) => found(vpc?.subnets, ({ id: each }) => each === id, "subnet");
  const filter = (name: string): string[] =>
    args.filters?.find((each: { name: string; values: string[] }) => each.name === name)?.values ?? [];
  const name = token.replace(/^.*:/, "");
  if (region.denied?.includes(name)) throw failure(`not authorized to call ${name}`);
  switch (name) {
    case "readStackOutputs":
      return { name: args.name, outputs: region.lastOutputs ?? {} };
    case "getCallerIdentity":
      return { accountId };
    case "getPartition":
      return { partition: partitionOf(region.name), dnsSuffix: "amazonaws.com" };
    case "getRegion":
      return { region: region.name };
    case "getAvailabilityZones":
      return { names: region.zones };
    case "getAmi":
      return newestImage(region, args.owners, filter);
    case "getAmiIds":
      return { ids: imageNames(region, args.owners, filter).map((name) => `ami-${name}`) };
    case "getInstanceTypes": {
      const asked = filter("instance-type");
      return {
        instanceTypes: Object.values(region.instanceTypes)
          .flat()
          .filter((type) => asked.includes(type)),
      };
    }
    case "getInstanceTypeOfferings": {
      const offers = Object.values(region.instanceTypes)
        .flat()
        .flatMap((type) => filter("location").map((zone) => ({ type, zone })))
        .filter(({ type, zone }) => !region.lacking?.[type]?.includes(zone));
      return {
        instanceTypes: offers.map(({ type }) => type),
        locations: offers.map(({ zone }) => zone),
      };
    }
    case "getInstanceType": {
      const kinds = Object.entries(region.instanceTypes);
      const of = kinds.filter(([, types]) => types.includes(args.instanceType)).map(([kind]) => kind);
      const size = { defaultVcpus: 2, memorySize: 4096, supportedUsagesClasses: ["on-demand", "spot"] };
      return { supportedArchitectures: of, ...size, ...region.sizes?.[args.instanceType] };
    }
    case "getZone": {
      const parent = { name: "k8s.example.com", privateZone: false };
      return found(
        region.hostedZones ?? [{ id: args.zoneId, ...parent }],
        ({ id }) => id === args.zoneId,
        "zone",
      );
    }
    case "getTopic":
      return { arn: found(region.topics, (topic) => topic === args.name, "topic") };
    case "getVpc": {
      const { id, cidr, otherCidrs, dnsHostnames, ownerId } = found(
        vpc && [vpc],
        ({ id }) => id === args.id,
        "VPC",
      );
      const all = Object.entries({ [cidr]: "associated", ...otherCidrs });
      const cidrBlockAssociations = all.map(([cidrBlock, state]) => ({ cidrBlock, state }));
      return {
        id,
        ownerId: ownerId ?? accountId,
        dhcpOptionsId: "dopts-1",
        cidrBlock: cidr,
        cidrBlockAssociations,
        enableDnsSupport: true,
        enableDnsHostnames: dnsHostnames,
      };
    }
    case "getVpcDhcpOptions":
      return { domainNameServers: vpc?.resolvers ?? ["AmazonProvidedDNS"] };
    case "getSubnets":
      return { ids: region.ownSubnets?.map(({ id }) => id) ?? [] };
    case "getSubnet": {
      const own = region.ownSubnets?.find(({ id }) => id === args.id);
      if (own) return { id: own.id, availabilityZone: own.zone, cidrBlock: own.cidr };
      const { id, zone, vpcId, free, ownerId } = subnet(args.id);
      return {
        ...{ id, vpcId: vpcId ?? vpc?.id, availabilityZone: zone, ownerId: ownerId ?? accountId },
        ...{ cidrBlock: "172.31.0.0/20", availableIpAddressCount: free ?? 4091 },
      };
    }
    case "getRouteTables": {
      if (filter("association.main").length > 0) return { ids: ["rtb-main"] };
      const ids = filter("association.subnet-id");
      return { ids: ids.filter((id) => subnet(id).ownRoutes !== false).map((id) => `rtb-${id}`) };
    }
    case "getRouteTable": {
      if (args.routeTableId === "rtb-main") return { routes: [{ gatewayId: "local" }] };
      const leadsTo = subnet(args.routeTableId.replace("rtb-", "")).gateway;
      const local = { cidrBlock: vpc?.cidr, gatewayId: "local" };
      if (leadsTo === "none") return { routes: [local] };
      const gateway =
        leadsTo === "internet" ? { gatewayId: "igw-1" } : { gatewayId: "", natGatewayId: "nat-1" };
      return { routes: [local, { cidrBlock: "0.0.0.0/0", ...gateway }] };
    }
    case "getObjects":
      if (!region.stored) throw failure("NoSuchBucket");
      return { keys: region.stored.filter((key) => key.startsWith(args.prefix)) };
    case "getObject":
      if (!region.stored?.includes(args.key)) throw failure("NotFound");
      return { metadata: region.metadata?.[args.key] ?? {} };
    case "getEips": {
      const ids = filter("allocation-id");
      if (ids.length > 0) return { publicIps: ids.map((id) => id.replace("eipalloc-", "")) };
      const [name] = filter("tag:Name").map((text) => new RegExp(`^${text.replaceAll("*", ".*")}$`));
      const all = Object.entries(region.addresses ?? {});
      return { publicIps: all.filter(([each]) => name.test(each)).map(([, address]) => address) };
    }
    case "getNatGateways":
      return {
        ids: [...Object.keys(vpc?.natAddresses ?? []), ...(vpc?.regionalNatAddresses ? ["all"] : [])],
      };
    case "getNatGateway": {
      if (args.id === "all")
        return { regionalNatGatewayAddresses: vpc?.regionalNatAddresses?.map((publicIp) => ({ publicIp })) };
      const [publicIp, ...others] = vpc?.natAddresses[args.id] ?? [];
      return { publicIp, secondaryAllocationIds: others.map((address) => `eipalloc-${address}`) };
    }
    default:
      throw failure(`the program calls ${token}, which this region has no answer for`);
  }
}

const partitionOf = (region: string) =>
  region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";

type Filter = (name: string) => string[];

/** Names of the images that fit, the newest first; Flatcar's are told apart by architecture and owner. */
function imageNames(region: Region, [owner]: string[], filter: Filter): string[] {
  const [pattern] = filter("name").map((text) => new RegExp(`^${text.replaceAll("*", ".*")}$`));
  if (owner === "self") return (region.images ?? []).filter((name) => pattern.test(name));
  const architectures = filter("architecture").filter((each) => region.architectures.includes(each));
  const names = region.flatcar.map((release) => `Flatcar-stable-${release}-hvm`).reverse();
  return names
    .filter((name) => pattern.test(name))
    .flatMap((name) => architectures.map((architecture) => `${architecture}-${name}-of-${owner}`));
}

function newestImage(region: Region, owners: string[], filter: Filter) {
  const name = found(imageNames(region, owners, filter), () => true, "image");
  return { id: `ami-${name}`, name: name.slice(name.indexOf("Flatcar-")) };
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
    case "Zone": {
      const servers = [`ns-1.${name}`, `ns-2.${name}`];
      // The provider reads a private zone's from its NS record, where names end with a dot.
      const nameServers = inputs.vpcs ? servers.map((server) => `${server}.`) : servers;
      return { zoneId: `Zone:${name}`, nameServers, primaryNameServer: nameServers[0] };
    }
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
