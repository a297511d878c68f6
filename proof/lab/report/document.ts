import { conformanceLines } from "./conformance";
import type { Row } from "./row";
import { table } from "./table";

/** Drills that have a picture in docs/drills.md. */
export const pictured: readonly string[] = ["crash", "roll"];

/** docs/drills.md: all rows, and the names of the drills without a row. */
export function drillsDocument(rows: readonly Row[], notRun: readonly string[]): string {
  const figures = rows.flatMap(({ drill, figures: named }) =>
    Object.entries(named).map(([what, value]) => `- ${drill}: ${what}: ${value}`),
  );
  const dates = rows.map(({ date }) => date).sort();
  return [
    "# What did the drills measure?",
    "",
    "`make lab ARGS=publish` writes this page for a release, from",
    "[proof/bench/drills.json](../proof/bench/drills.json). Each row is the newest result of its drill.",
    ...(dates.length > 0 ? [`The drills ran between ${dates[0]} and ${dates.at(-1)}.`] : []),
    "",
    "- Each drill is a file in [proof/lab/drills](../proof/lab/drills).",
    "  [proof/lab/README.md](../proof/lab/README.md) says what the lab replaces.",
    "- Waits that a drill names in minutes are multiplied by LAB_SCALE.",
    "- A write fails if it is refused, or gets no answer within 5 s, and fails again a second later.",
    "  etcd drops requests while its leadership moves, so the client makes each write once more.",
    "- Clients do not slow down after a failure.",
    "",
    table(rows),
    "",
    ...(notRun.length > 0 ? [`Drills without a result yet: ${notRun.join(", ")}.`, ""] : []),
    ...(figures.length > 0 ? ["## What else did they measure?", "", ...figures, ""] : []),
    ...conformanceLines(rows),
    ...pictured
      .filter((name) => rows.some(({ drill }) => drill === name))
      .flatMap((drill) => [`## ${drill}`, "", `![timeline of ${drill}](drill-${drill}.svg)`, ""]),
  ].join("\n");
}
