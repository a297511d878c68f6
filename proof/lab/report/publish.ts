import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { drillsDocument, pictured } from "./document";
import { keptRows, pictureOf } from "./results";
import { nameOf, type Row } from "./row";

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
  const failed = kept.filter(({ passed, slow }) => !passed || slow);
  if (failed.length > 0) {
    const again = [...new Set(failed.map(({ mood = "instant" }) => mood))].map((mood) => {
      const names = failed.filter((row) => (row.mood ?? "instant") === mood).map(({ drill }) => drill);
      const command = `make lab ARGS='${names.join(" ")}'`;
      return mood === "instant" ? command : `LOCAL_AWS_MOOD=${mood} ${command}`;
    });
    throw new Error(
      `nothing is published, as these drills did not pass or were above their limits: ${failed.map(nameOf).join(", ")}; ` +
        `run them again by \`${again.join("; ")}\``,
    );
  }
  const bench = path.join(project, "proof", "bench", "drills.json");
  const earlier = JSON.parse(readFileSync(bench, "utf8")) as Row[];
  const rows = newest(earlier, kept).filter(({ drill }) => drills.includes(drill));
  writeFileSync(bench, `${JSON.stringify(rows, null, 2)}\n`);
  const docs = path.join(project, "docs");
  for (const name of kept.map(nameOf).filter((one) => pictured.includes(one)))
    copyFileSync(pictureOf(labFolder, name), path.join(docs, `drill-${name}.svg`));
  const notRun = drills.filter((name) => !rows.some((row) => nameOf(row) === name));
  writeFileSync(path.join(docs, "drills.md"), drillsDocument(rows, notRun));
  return kept;
}

/** The rows by drill and mood, each from the later run, in the order in which they first appeared. */
export function newest(earlier: readonly Row[], later: readonly Row[]): Row[] {
  return [...new Map([...earlier, ...later].map((row) => [nameOf(row), row])).values()];
}
