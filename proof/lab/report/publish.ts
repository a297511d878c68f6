import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { drillsDocument, pictured } from "./document";
import { keptRows, pictureOf } from "./results";
import type { Row } from "./row";

/** Input of `publish`. */
export interface PublishArgs {
  /** The project's folder. */
  readonly project: string;
  /** The lab's folder, with the results. */
  readonly labFolder: string;
  /** Names of all existing drills. */
  readonly drills: readonly string[];
}

/**
 * Writes the lab's results into `proof/bench/drills.json` and `docs/drills.md` with its pictures. Returns the
 * rows that it took.
 * @throws Error that names the drills that did not pass; nothing is written then
 */
export function publish({ project, labFolder, drills }: PublishArgs): Row[] {
  const kept = keptRows(labFolder).filter(({ drill }) => drills.includes(drill));
  const failed = kept.filter(({ passed, slow, mood }) => !passed || slow || mood).map(({ drill }) => drill);
  if (failed.length > 0) {
    throw new Error(
      `nothing is published, as these drills did not pass, were above their limits or ran in another mood of the local AWS: ${failed.join(", ")}; ` +
        `run them again by \`make lab ARGS='${failed.join(" ")}'\``,
    );
  }
  const bench = path.join(project, "proof", "bench", "drills.json");
  const earlier = JSON.parse(readFileSync(bench, "utf8")) as Row[];
  const rows = newest(earlier, kept).filter(({ drill }) => drills.includes(drill));
  writeFileSync(bench, `${JSON.stringify(rows, null, 2)}\n`);
  const docs = path.join(project, "docs");
  for (const { drill } of kept.filter((row) => pictured.includes(row.drill)))
    copyFileSync(pictureOf(labFolder, drill), path.join(docs, `drill-${drill}.svg`));
  const notRun = drills.filter((name) => !rows.some(({ drill }) => drill === name));
  writeFileSync(path.join(docs, "drills.md"), drillsDocument(rows, notRun));
  return kept;
}

/** The rows by drill, each from the later run, in the order in which the drills first appeared. */
export function newest(earlier: readonly Row[], later: readonly Row[]): Row[] {
  return [...new Map([...earlier, ...later].map((row) => [row.drill, row])).values()];
}
