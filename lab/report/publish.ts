import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Run } from "../drills/run";
import type { Row } from "./row";
import { table } from "./table";
import { timelineSvg } from "./timeline";

/** Drills that have a picture in docs/drills.md. */
const pictured = ["crash", "roll"];

/** Puts the rows of a run over those of earlier runs in `bench/drills.json`. */
export function publishRows(project: string, rows: readonly Row[]): void {
  const file = path.join(project, "bench", "drills.json");
  const earlier = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Row[]) : [];
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(newest(earlier, rows), null, 2)}\n`);
}

/** The rows by drill, each from the later run, in the order in which the drills appeared first. */
export function newest(earlier: readonly Row[], later: readonly Row[]): Row[] {
  return [...new Map([...earlier, ...later].map((row) => [row.drill, row])).values()];
}

/** A drill's timeline as a picture. */
export function picture({ row, observations, marks, pauses }: Run): string {
  return timelineSvg({ title: `${row.drill}: ${row.what}`, observations, marks, pauses });
}

/** Writes docs/drills.md and its pictures after a run of all drills. */
export function publishDocument(project: string, runs: readonly Run[]): void {
  const docs = path.join(project, "docs");
  const pictures = runs.filter(({ row }) => pictured.includes(row.drill));
  for (const run of pictures) writeFileSync(path.join(docs, `drill-${run.row.drill}.svg`), picture(run));
  writeFileSync(
    path.join(docs, "drills.md"),
    document(
      runs.map(({ row }) => row),
      pictures.map(({ row }) => row.drill),
    ),
  );
}

function document(rows: readonly Row[], pictures: readonly string[]): string {
  const figures = rows.flatMap(({ drill, figures: named }) =>
    Object.entries(named).map(([what, value]) => `- ${drill}: ${what}: ${value}`),
  );
  return [
    "# Drills",
    "",
    `The table of \`make lab ARGS=all\`, written by it on ${rows[0]?.date}, LAB_SCALE ${rows[0]?.scale}: waits that a drill names in`,
    "minutes were multiplied by that. What each drill does is in [lab/drills](../lab/drills), what the lab stands in for in",
    "[lab/README.md](../lab/README.md). All writes counted as failed were refused or ran into their client's time-out of 5 s.",
    "",
    table(rows),
    "",
    ...(figures.length > 0 ? ["Seen besides:", "", ...figures, ""] : []),
    ...pictures.flatMap((drill) => [`## ${drill}`, "", `![timeline of ${drill}](drill-${drill}.svg)`, ""]),
  ].join("\n");
}
