import { conformanceLines } from "./conformance";
import { nameOf, type Row } from "./row";
import { table } from "./table";

/** Drills that have a picture in docs/drills.md. */
export const pictured: readonly string[] = ["crash", "roll"];

/** docs/drills.md: all rows, and the names of the drills without a row. */
export function drillsDocument(rows: readonly Row[], notRun: readonly string[]): string {
  const figures = rows.flatMap((row) =>
    Object.entries(row.figures).map(([what, value]) => `- ${nameOf(row)}: ${what}: ${value}`),
  );
  const instant = rows.filter(({ mood }) => mood === undefined);
  const moods = [...new Set(rows.flatMap(({ mood }) => mood ?? []))];
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
    table(instant),
    "",
    ...moods.flatMap((mood) => [
      `## What did they measure with the local AWS in the mood \`${mood}\`?`,
      "",
      "AWS's delays and limits are those of [proof/local/README.md](../proof/local/README.md).",
      "",
      table(rows.filter((row) => row.mood === mood)),
      "",
    ]),
    ...(notRun.length > 0 ? [`Drills without a result yet: ${notRun.join(", ")}.`, ""] : []),
    ...(figures.length > 0 ? ["## What else did they measure?", "", ...figures, ""] : []),
    ...conformanceLines(instant),
    ...pictured
      .filter((name) => rows.some((row) => nameOf(row) === name))
      .flatMap((drill) => [`## ${drill}`, "", `![timeline of ${drill}](drill-${drill}.svg)`, ""]),
  ].join("\n");
}
