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
  /** Outputs of other stacks, by name of the stack. @default there are none */
  readonly otherStacks?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** What the account blocks of public access to buckets. @default nothing was ever said */
  readonly publicAccessBlock?: {
    readonly blockPublicPolicy: boolean;
    readonly restrictPublicBuckets: boolean;
  };
  /** Customers' KMS keys by ARN, and the state of each. @default none */
  readonly customerKeys?: Readonly<Record<string, string>>;
  /** ARN of the default key of EBS volumes. @default AWS's own */
  readonly ebsKey?: string;
  /** Names of Auto Scaling's roles in the account. @default its usual one */
  readonly autoScalingRoles?: readonly string[];
  /** Quotas by their code. @default large ones */
  readonly quotas?: Readonly<Record<string, number>>;
  /** Ids of the account's VPCs that are not the cluster's. @default none */
  readonly otherVpcs?: readonly string[];
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
      x86_64: ["t3.micro", "t3.medium", "t3.large", "t3a.large", "m7i-flex.large"].concat(
        ["m6i", "m7i", "m7a"].flatMap((family) => [`${family}.large`, `${family}.xlarge`]),
      ),
      arm64: ["m7g.large"],
    },
    flatcar: ["4757.2.0", "4757.2.1", "4757.2.2", "4757.2.10"],
  };
}
