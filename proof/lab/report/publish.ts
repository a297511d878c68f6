import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Run } from "../drills/run";
import { conformanceLines } from "./conformance";
import type { Row } from "./row";
import { table } from "./table";
import { timelineSvg } from "./timeline";

/** Drills that have a picture in docs/drills.md. */
const pictured = ["crash", "roll"];

/** Puts a drill's row over that of its earlier run, in `proof/bench/drills.json` and docs/drills.md with its pictures. */
export function publish(project: string, run: Run): void {
  const bench = path.join(project, "proof", "bench", "drills.json");
  const earlier = existsSync(bench) ? (JSON.parse(readFileSync(bench, "utf8")) as Row[]) : [];
  const rows = newest(earlier, [run.row]);
  mkdirSync(path.dirname(bench), { recursive: true });
  writeFileSync(bench, `${JSON.stringify(rows, null, 2)}\n`);
  const docs = path.join(project, "docs");
  if (pictured.includes(run.row.drill)) {
    writeFileSync(path.join(docs, `drill-${run.row.drill}.svg`), picture(run));
  }
  writeFileSync(path.join(docs, "drills.md"), document(rows));
}

/** The rows by drill, each from the later run, in the order in which the drills appeared first. */
export function newest(earlier: readonly Row[], later: readonly Row[]): Row[] {
  return [...new Map([...earlier, ...later].map((row) => [row.drill, row])).values()];
}

/** A drill's timeline as a picture. */
export function picture({ row, observations, marks, pauses }: Run): string {
  return timelineSvg({ title: `${row.drill}: ${row.what}`, observations, marks, pauses });
}

function document(rows: readonly Row[]): string {
  const figures = rows.flatMap(({ drill, figures: named }) =>
    Object.entries(named).map(([what, value]) => `- ${drill}: ${what}: ${value}`),
  );
  const runs = [...new Set(rows.map(({ date, scale }) => `${date} at LAB_SCALE ${scale}`))];
  return [
    "# Drills",
    "",
    "Written by `make lab` from [proof/bench/drills.json](../proof/bench/drills.json), each row by the newest run of its drill:",
    `${runs.join(", ")}. Waits that a drill names in minutes were multiplied by that. What each does is in`,
    "[proof/lab/drills](../proof/lab/drills), what the lab stands in for in [proof/lab/README.md](../proof/lab/README.md). Failed writes were refused, or ran",
    "into their client's time-out of 5 s, and then so a second time: a write that fails is made once more after a second, as etcd",
    "drops what it is asked for while its leadership moves. Clients are not slowed down by what fails.",
    "",
    table(rows),
    "",
    ...(figures.length > 0 ? ["Seen besides:", "", ...figures, ""] : []),
    ...conformanceLines(rows),
    ...pictured.flatMap((drill) => [`## ${drill}`, "", `![timeline of ${drill}](drill-${drill}.svg)`, ""]),
  ].join("\n");
}
