import type { ClusterOutputs, Group, RecordSet } from "./cluster";

/** Everything that the closing page of `make local` shows. */
export interface ClusterFacts {
  readonly outputs: ClusterOutputs;
  readonly controllers: Group;
  readonly pools: readonly Group[];
  readonly records: readonly RecordSet[];
  /** Names and paths, as label and place. */
  readonly places: readonly (readonly [label: string, place: string])[];
}

/** The closing page: what was deployed, what is in the zone, where things are, what to do next. */
export function summary(
  { outputs, controllers, pools, records, places }: ClusterFacts,
  now = new Date(),
): string {
  const page = [
    section("API", [[outputs.apiUrl]]),
    section(`Zone ${outputs.zoneName}`, records.flatMap(recordRows)),
    section("Controllers", groupRows(controllers)),
    section("Worker pools", pools.flatMap(groupRows)),
    section(
      "Certificates",
      Object.entries(outputs.certificateExpiries).map(([name, end]) => [name, ...validity(end, now)]),
    ),
    section("Where things are", places),
    section("What next", [
      ["make local", "again: nothing to change"],
      ["make local ARGS=preview", "what a change of yours would do"],
      ["make local STACK=prod ARGS=preview", "the same for another stack, still on this machine"],
      ["make down", "removes all of it"],
    ]),
  ];
  return page.join("\n\n");
}

function section(title: string, rows: readonly (readonly string[])[]): string {
  return [title, ...aligned(rows.length > 0 ? rows : [["none"]]).map((row) => `  ${row}`)].join("\n");
}

function recordRows({ name, type, values }: RecordSet): string[][] {
  return values.map((value, index) => (index === 0 ? [type, name, value] : ["", "", value]));
}

function groupRows({ name, minSize, maxSize, instances }: Group): string[][] {
  const bounds = minSize === maxSize ? `${minSize}` : `${minSize} to ${maxSize}`;
  if (instances.length === 0) return [[`${name} (${bounds})`, "no instances"]];
  return instances.map(({ id, zone, type, address }, index) => [
    index === 0 ? `${name} (${bounds})` : "",
    id,
    zone,
    type,
    address,
  ]);
}

function validity(end: string, now: Date): string[] {
  const days = Math.floor((Date.parse(end) - now.getTime()) / 86_400_000);
  return [`until ${end.slice(0, 10)}`, days < 0 ? "expired" : `${days} days`];
}

/** Rows as lines with aligned columns. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
