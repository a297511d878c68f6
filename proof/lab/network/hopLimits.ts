import { metadataAddress } from "./addresses";
import { shell } from "../execute";

/**
 * How far the answers of instance metadata get: to the instance itself with a limit of 1, and not to a container behind it.
 * On AWS that holds for the answer with the token, without which there is no other; here for all of them.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 */
export class HopLimits {
  private readonly byAddress = new Map<string, number>();

  /** The instance at that address has that limit; resolves once it counts. */
  async set(address: string, hops: number): Promise<void> {
    if (this.byAddress.get(address) === hops) return;
    this.byAddress.set(address, hops);
    await shell("nft -f -", { input: hopLimitRules(this.byAddress) });
  }
}

/** The nftables ruleset for limits by address. */
export function hopLimitRules(byAddress: ReadonlyMap<string, number>): string {
  const rules = [...new Set(byAddress.values())].map((hops) => {
    const addresses = [...byAddress.keys()].filter((address) => byAddress.get(address) === hops);
    return `    ip saddr ${metadataAddress} ip daddr { ${addresses.join(", ")} } ip ttl set ${hops}`;
  });
  return `table ip hop_limits
delete table ip hop_limits
table ip hop_limits {
  chain answers {
    type filter hook output priority mangle; policy accept;
${rules.join("\n")}
  }
}
`;
}
