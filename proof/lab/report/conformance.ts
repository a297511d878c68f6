import type { Row } from "./row";
import { markdownTable } from "./table";

const heads = ["drill", "group", "passed", "failed", "skipped", "not run", "seconds of tests"];

/**
 * Results of Kubernetes' own tests from all drills that ran them, as lines of Markdown; none if no drill did.
 */
export function conformanceLines(rows: readonly Row[]): string[] {
  const ran = rows.flatMap(({ drill, conformance }) => (conformance ? [{ drill, ...conformance }] : []));
  if (ran.length === 0) return [];
  const cells = ran.flatMap(({ drill, counts }) =>
    counts.map(({ sig, passed, failed, skipped, notRun, seconds }) =>
      [drill, sig, passed, failed, skipped, notRun, seconds].map(String),
    ),
  );
  const skipped = ran.flatMap(({ skipped: specs }) => specs);
  return [
    "## Kubernetes' conformance tests",
    "",
    "The tests by special interest group. [specs.yaml](../proof/lab/kubernetes/conformance/specs.yaml) names those that are left out, and why.",
    "",
    markdownTable(heads, cells),
    "",
    ...(skipped.length > 0
      ? [
          "Skipped by the tests themselves:",
          "",
          ...skipped.map(({ name, reason }) => `- ${name}: ${reason}`),
          "",
        ]
      : []),
  ];
}
