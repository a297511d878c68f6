import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Run } from "../drills/run";
import { nameOf, type Row } from "./row";
import { timelineSvg } from "./timeline";

/** Folder below the lab's own with the newest result of each drill and mood. A new lab does not change it. */
export const resultsFolder = "results";

/**
 * Keeps the result of a drill as `<drill>.json`, and its timeline as `<drill>.svg`, until the drill runs again. In another
 * mood than `instant` the files are `<drill>.<mood>.json` and `.svg`.
 */
export function keepResult(labFolder: string, { row, observations, marks, pauses }: Run): void {
  const folder = path.join(labFolder, resultsFolder);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${nameOf(row)}.json`), `${JSON.stringify(row, null, 2)}\n`);
  const title = `${nameOf(row)}: ${row.what}`;
  const picture = timelineSvg({ title, observations, marks, pauses });
  writeFileSync(pictureOf(labFolder, nameOf(row)), picture);
}

/** The kept rows, by their names. */
export function keptRows(labFolder: string): Row[] {
  const folder = path.join(labFolder, resultsFolder);
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
  return files.sort().map((name) => JSON.parse(readFileSync(path.join(folder, name), "utf8")) as Row);
}

/** File with the timeline of the newest run with this name of a row. */
export const pictureOf = (labFolder: string, name: string): string =>
  path.join(labFolder, resultsFolder, `${name}.svg`);
