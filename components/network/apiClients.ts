import * as pulumi from "@pulumi/pulumi";

/** A range that may connect to the API. */
export interface ApiClient {
  /** In the name of its rule: the range itself, or what it belongs to where nobody knows it yet. */
  readonly name: string;
  readonly cidr: pulumi.Input<string>;
  /** What its rule was named after before; AWS takes no second rule for a range while the first one is there. @default none */
  readonly formerName?: string;
}

/** What the clients depend on. */
export interface ApiClientsArgs {
  /** Whether the API is public, and who may connect to it beside the cluster. */
  readonly api: { readonly access: "internal" | "public"; readonly allowedCidrs: readonly string[] };
  /** Ranges of the VPC. */
  readonly cidrs: readonly string[];
  readonly existingVpc?: { readonly natAddresses: readonly string[] };
  /** Zones with a NAT gateway of a new VPC, and its address. */
  readonly nats: readonly { readonly zone: string; readonly address: pulumi.Input<string> }[];
  /** Addresses of these NAT gateways, as far as they are there already. */
  readonly knownNatAddresses: readonly string[];
}

/**
 * Who may connect to the API beside the groups of the cluster: nodes come to an internal one by their groups, to a public one
 * by the addresses of their NAT gateways. No range is there twice.
 */
export function apiClients({ api, existingVpc, ...args }: ApiClientsArgs): ApiClient[] {
  const { access, allowedCidrs } = api;
  const clients = new Map<string, ApiClient>();
  const admit = (cidr: string, rest: Partial<ApiClient> = {}) => {
    if (!clients.has(cidr)) clients.set(cidr, { name: cidr, cidr, ...rest });
  };
  if (access === "internal") {
    for (const [i, cidr] of args.cidrs.entries()) admit(cidr, i === 0 ? { name: "vpc" } : {});
  } else if (existingVpc) {
    for (const [i, address] of existingVpc.natAddresses.entries())
      admit(`${address}/32`, { formerName: `nat-${i}` });
  }
  for (const cidr of allowedCidrs) admit(cidr);
  if (access === "internal" || existingVpc) return [...clients.values()];
  for (const address of args.knownNatAddresses) clients.delete(`${address}/32`);
  const ofNats = args.nats.map(({ zone, address }, i) => ({
    name: `nat-${zone}`,
    cidr: pulumi.interpolate`${address}/32`,
    formerName: `nat-${i}`,
  }));
  return [...ofNats, ...clients.values()];
}
