import * as pulumi from "@pulumi/pulumi";

/** A range that may connect to the API. */
export interface ApiClient {
  /** Name in the rule's name: the range itself, or its owner if the range is not known yet. */
  readonly name: string;
  readonly cidr: pulumi.Input<string>;
}

/** Inputs that decide who the clients are. */
export interface ApiClientsArgs {
  /** Whether the API is public, and who may connect to it besides the cluster. */
  readonly api: { readonly access: "internal" | "public"; readonly allowedCidrs: readonly string[] };
  /** Ranges of the VPC. */
  readonly cidrs: readonly string[];
  readonly existingVpc?: { readonly natAddresses: readonly string[] };
  /** Zones with a NAT gateway of a new VPC, and its address. */
  readonly nats: readonly { readonly zone: string; readonly address: pulumi.Input<string> }[];
  /** Addresses of these NAT gateways, as far as they exist already. */
  readonly knownNatAddresses: readonly string[];
}

/**
 * Who may connect to the API besides the groups of the cluster. Nodes reach an internal API by their groups,
 * and a public one by the addresses of their NAT gateways. No range occurs twice.
 */
export function apiClients({ api, existingVpc, ...args }: ApiClientsArgs): ApiClient[] {
  const { access, allowedCidrs } = api;
  const clients = new Map<string, ApiClient>();
  const admit = (cidr: string, name = cidr) => {
    if (!clients.has(cidr)) clients.set(cidr, { name, cidr });
  };
  if (access === "internal") {
    for (const [i, cidr] of args.cidrs.entries()) admit(cidr, i === 0 ? "vpc" : cidr);
  } else if (existingVpc) {
    for (const address of existingVpc.natAddresses) admit(`${address}/32`);
  }
  for (const cidr of allowedCidrs) admit(cidr);
  if (access === "internal" || existingVpc) return [...clients.values()];
  for (const address of args.knownNatAddresses) clients.delete(`${address}/32`);
  const ofNats = args.nats.map(({ zone, address }) => ({
    name: `nat-${zone}`,
    cidr: pulumi.interpolate`${address}/32`,
  }));
  return [...ofNats, ...clients.values()];
}
