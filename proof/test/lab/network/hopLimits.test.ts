import { equal } from "node:assert/strict";
import { execute } from "../../../lab/execute";
import { hopLimitRules } from "../../../lab/network/hopLimits";

describe("Limits of hops", () => {
  const rules = hopLimitRules(
    new Map([
      ["10.0.0.5", 1],
      ["10.0.0.6", 2],
      ["10.0.0.7", 1],
    ]),
  );

  it("are set on what instance metadata answers, by address", () => {
    equal(
      rules,
      `table ip hop_limits
delete table ip hop_limits
table ip hop_limits {
  chain answers {
    type filter hook output priority mangle; policy accept;
    ip saddr 169.254.169.254 ip daddr { 10.0.0.5, 10.0.0.7 } ip ttl set 1
    ip saddr 169.254.169.254 ip daddr { 10.0.0.6 } ip ttl set 2
  }
}
`,
    );
  });

  it("are rules that nftables takes", () =>
    execute("unshare", ["--net", "nft", "-f", "-"], { input: rules }));
});
