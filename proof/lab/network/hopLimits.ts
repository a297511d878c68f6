import { metadataAddress } from "./addresses";
import { shell } from "../execute";

/**
 * Hop limit of the answers of instance metadata. With a limit of 1 they reach the instance, but no container
 * behind it. On AWS this limits only the answer with the token, without which there is no other; here it
 * limits all of them.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 */
export class HopLimits {
  private readonly byAddress = new Map<string, number>();

  /** Sets the limit of the instance at that address; resolves once it applies. */
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
