import type { CheckedAccount, Part } from "./check";

/** Says what a run will do, before it does anything. `left` is what earlier runs have left. */
export function announcement(
  parts: readonly Part[],
  { accountId, arn, region, stack, name }: CheckedAccount,
  left: readonly string[],
): string {
  const checks = (some: readonly Part[]) => some.reduce((sum, part) => sum + part.checks.length, 0);
  const reading = parts.filter(({ makes }) => makes === undefined);
  const making = parts.filter(({ makes }) => makes !== undefined);
  const lines = [
    `Account ${accountId}, region ${region}, as ${arn}. Settings: the stack ${stack}.`,
    `${checks(reading)} checks only read. They take about two minutes.`,
  ];
  if (making.length > 0) {
    lines.push(
      `${checks(making)} checks make something, measure it, and delete it. They take about 10 minutes, and an hour at most.`,
      "They cost less than 0.05 USD: one small instance for some minutes; the rest is free in such amounts.",
      ...making.map(({ makes }) => `  - ${makes}`),
      `Everything is named and tagged ${name}. Ctrl-C deletes it too. After a kill, the next run does.`,
    );
  }
  if (left.length > 0)
    lines.push(
      "Earlier runs have left this, and it is deleted first:",
      ...left.map((line) => `  - ${line}`),
      "If another run is at work in this account and region, let it end: this one would delete what it uses.",
    );
  return lines.join("\n");
}
