import { accountId, type Region } from "./region";

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
      const names = filter("tag:Name").map((text) => new RegExp(`^${text.replaceAll("*", ".*")}$`));
      const all = Object.entries(region.addresses ?? {});
      const of = all.filter(
        ([each]) => names.every((name) => name.test(each)) && each.startsWith(ownPrefix(args)),
      );
      return { publicIps: of.map(([, address]) => address) };
    }
    case "getVpcs":
      return { ids: ownPrefix(args) === "" ? (region.otherVpcs ?? []) : [] };
    case "getServiceQuota":
      return { value: region.quotas?.[args.quotaCode] ?? 10_000 };
    case "getDefaultKmsKey":
      return { keyArn: region.ebsKey ?? "alias/aws/ebs" };
    case "getKey": {
      const state = region.customerKeys?.[args.keyId];
      if (state === "deleted") throw failure(`reading KMS Key (${args.keyId}): NotFoundException`);
      return {
        arn: args.keyId,
        keyManager: state === undefined ? "AWS" : "CUSTOMER",
        keyState: state ?? "Enabled",
      };
    }
    case "getRoles":
      return { names: region.autoScalingRoles ?? ["AWSServiceRoleForAutoScaling"] };
    case "getAccountPublicAccessBlock":
      if (!region.publicAccessBlock)
        throw failure("reading S3 Account Public Access Block: couldn't find resource");
      return region.publicAccessBlock;
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

/** How the names of what a filter wants begin: with the cluster's, if it wants what is tagged as the cluster's own. */
function ownPrefix({ filters }: Record<string, any>): string {
  const tag = (filters as { name: string }[]).find(({ name }) =>
    name.startsWith("tag:kubernetes.io/cluster/"),
  );
  return tag === undefined ? "" : tag.name.replace("tag:kubernetes.io/cluster/", "") + "-";
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
