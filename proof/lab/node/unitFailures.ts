import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { execute } from "../execute";

/** Messages of systemd about units: https://github.com/systemd/systemd/blob/v252/src/systemd/sd-messages.h */
export const messages = {
  /** A process of a unit has ended without success. */
  processExit: "98e322203f7a4ed290d09fe03c09fe15",
  /** The run of a unit has failed; `UNIT_RESULT` says how. */
  failureResult: "d9b373ed55a64feb8242e02dbe79a49c",
} as const;

/** An entry of a node's journal, as `journalctl --output=json` prints it. */
export interface JournalEntry {
  readonly MESSAGE_ID?: string;
  /** Microseconds since 1970. */
  readonly __REALTIME_TIMESTAMP: string;
  readonly UNIT?: string;
  /** Such as `exit-code`, `signal` or `timeout`. */
  readonly UNIT_RESULT?: string;
  /** One for each run of a unit. */
  readonly INVOCATION_ID?: string;
  /** How a process ended: `exited`, `killed` or `dumped`. */
  readonly EXIT_CODE?: string;
  /** Its exit status, or the number of the signal that killed it. */
  readonly EXIT_STATUS?: string;
}

/** A unit that entered systemd's state `failed`. */
export interface UnitFailure {
  readonly unit: string;
  /** systemd's word for the reason, such as `exit-code`. */
  readonly result: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

const sigterm = "15";

/**
 * The units that entered the state `failed`, in the order of the journal. `restarts` says whether systemd starts a unit again after a
 * failure.
 *
 * systemd writes the same message for every run that fails. Two kinds of failed runs do not count:
 * - The unit restarts by itself: systemd waits in the state `auto-restart`. Once systemd gives up, it writes the message a second
 *   time for the last run. That one counts.
 * - systemd stopped the unit and its process ended by SIGTERM, such as a timer's service during a reboot. Nothing else sends SIGTERM
 *   to a unit's main process.
 */
export function unitFailures(
  entries: readonly JournalEntry[],
  restarts: (unit: string) => boolean,
): UnitFailure[] {
  const stopped = new Set<string>();
  const failed = new Set<string>();
  const failures: UnitFailure[] = [];
  for (const entry of entries) {
    const { UNIT: unit = "", UNIT_RESULT: result = "", INVOCATION_ID = "" } = entry;
    const run = `${unit} ${INVOCATION_ID}`;
    if (entry.MESSAGE_ID === messages.processExit) {
      if (entry.EXIT_CODE === "killed" && entry.EXIT_STATUS === sigterm) stopped.add(run);
    } else if (entry.MESSAGE_ID === messages.failureResult) {
      const isGivenUp = failed.has(run);
      failed.add(run);
      if (result === "signal" && stopped.has(run)) continue;
      if (restarts(unit) && !isGivenUp) continue;
      failures.push({ unit, result, time: Math.floor(Number(entry.__REALTIME_TIMESTAMP) / 1000) });
    }
  }
  return failures;
}

/** Whether unit files let systemd restart a unit after a failure. Later files override earlier ones. */
export function restartsAfterFailure(unitFiles: readonly string[]): boolean {
  const values = unitFiles.flatMap((text) =>
    [...text.matchAll(/^Restart=(.*)$/gm)].map(([, value]) => value),
  );
  return !["", "no", "on-success"].includes((values.at(-1) ?? "").trim());
}

/** Folders of unit files, the one with the highest priority first. */
const unitFolders = ["/etc/systemd/system", "/usr/lib/systemd/system"];

/** The texts of a unit's file and its drop-ins, below a root file system. */
export function unitFilesOf(root: string, unit: string): string[] {
  const names = [...new Set([unit, unit.replace(/@.*(\.\w+)$/, "@$1")])];
  const places = names.flatMap((name) => unitFolders.map((folder) => path.join(root, folder, name)));
  const file = places.find((place) => existsSync(place));
  const dropIns = places.flatMap((place) => {
    const folder = `${place}.d`;
    return existsSync(folder) ? readdirSync(folder).map((name) => path.join(folder, name)) : [];
  });
  return [...(file === undefined ? [] : [file]), ...dropIns].map((place) => readFileSync(place, "utf8"));
}

const journal = "/var/log/journal";
const journalctl = ["journalctl", `--directory=${journal}`, "--quiet", "--no-pager", "--output=json"];
const fields = ["MESSAGE_ID", "UNIT", "UNIT_RESULT", "INVOCATION_ID", "EXIT_CODE", "EXIT_STATUS"];
const matches = Object.values(messages).flatMap((id, index) => [
  ...(index === 0 ? [] : ["+"]),
  `MESSAGE_ID=${id}`,
]);

/**
 * The units that ever failed on a disk, from its journal. The node may be on or off.
 * @throws Error if the journal cannot be read
 */
export async function failuresOnDisk(root: string): Promise<UnitFailure[]> {
  // A node that never booted has none.
  if (!existsSync(path.join(root, journal)) || readdirSync(path.join(root, journal)).length === 0) return [];
  const command = [...journalctl, `--output-fields=${fields.join(",")}`, ...matches];
  // The node's own journalctl, which can read the format of its journald.
  const lines = await execute("chroot", [root, ...command]);
  const entries = lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as JournalEntry);
  return unitFailures(entries, (unit) => restartsAfterFailure(unitFilesOf(root, unit)));
}
