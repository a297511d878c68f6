import { findEngine } from "../../engine";
import { preflightAlone } from "../../../preflight/alone";
import { type CheckedAccount, failed, holds, type Part, passed, toLookAt } from "../check";

/** Who asks, and what the product's own preflight says. */
export const identity: Part = {
  name: "Account and settings",
  checks: [
    {
      what: "partition of the account",
      expected: "aws",
      local: "aws",
      risk: "Flatcar publishes no images elsewhere",
    },
    {
      what: "preflight of the stack: quotas, Block Public Access, default key of EBS, zones, types, images",
      expected: "it refuses nothing, and warns of nothing",
      local: "large quotas, nothing blocked, AWS's own key",
      risk: "`pulumi up` is refused, or groups launch nothing",
    },
  ],
  look: async function* ({ arn, stack, project, report }: CheckedAccount) {
    const partition = arn.split(":")[1] ?? "";
    yield holds(partition === "aws", partition);
    const engine = await findEngine(report);
    const { errors, warnings } = await preflightAlone(project, stack, engine);
    for (const line of [...errors, ...warnings]) report(`  ${line.replaceAll("\n", "\n  ")}`);
    if (errors.length > 0) yield failed("refused, for the reasons above");
    else if (warnings.length > 0) yield toLookAt(`${warnings.length} warnings, above`);
    else yield passed("nothing is in the way");
  },
};
