import type { Row } from "./row";

const heads = [
  "drill",
  "what was done",
  "healthy after",
  "acked",
  "lost",
  "failed",
  "longest pause",
  "linearizable",
  "LAB_SCALE",
  "",
];

/** The rows as a Markdown table, which is also readable on a terminal. */
export function table(rows: readonly Row[]): string {
  return markdownTable(heads, rows.map(cellsOf));
}

/** Columns as wide as their widest cell. */
export function markdownTable(heads: readonly string[], cells: readonly (readonly string[])[]): string {
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...cells.map((row) => row[column].length)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  return [line(heads), line(widths.map((width) => "-".repeat(width))), ...cells.map(line)].join("\n");
}

function cellsOf(row: Row): string[] {
  return [
    row.drill,
    row.what,
    row.seconds === null ? "-" : `${row.seconds.toFixed(1)} s`,
    String(row.acknowledged),
    String(row.lost ?? "-"),
    String(row.failed),
    row.longestPauseMs === null ? "-" : `${row.longestPauseMs} ms`,
    row.linearizable === null
      ? "-"
      : row.linearizable === true
        ? "yes"
        : row.linearizable === false
          ? "NO"
          : "unknown",
    String(row.scale),
    row.passed ? "passed" : "FAILED",
  ];
}
