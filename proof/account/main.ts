/**
 * `make aws-check`: compares a real account with what the local AWS assumes (docs/first-day.md). Exit codes: 0 nothing failed,
 * 1 a check failed or something could not be deleted, 2 it did not begin, 130 it was interrupted.
 */
import { STS } from "@aws-sdk/client-sts";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { stackConfig } from "../../preflight/alone";
import { announcement } from "./announcement";
import type { CheckedAccount } from "./check";
import { parts } from "./checks/all";
import { interruptedExitCode } from "../local/interrupt";
import { abortedByInterrupt } from "./interrupt";
import { listMade, prefixIn, removeMade } from "./made";
import { noneYet, runParts, tallyLine } from "./run";

const report = (line: string) => console.log(line);

/** Why a run does not begin. */
class NotBegun extends Error {}

async function main(): Promise<number> {
  const options = givenOptions();
  const signal = abortedByInterrupt(report);
  const account = await findAccount(options.stack, signal);
  const prefix = prefixIn(account.region);
  const chosen = options["read-only"] ? parts.filter(({ makes }) => makes === undefined) : parts;
  const left = options["read-only"] ? [] : await listMade(prefix);
  report(announcement(chosen, account, left));
  if (!options["read-only"] && !options.yes) await askWhetherToGoOn(signal);
  if (left.length > 0) await removeMade(prefix, report);

  const tally = noneYet();
  try {
    await runParts(chosen, account, tally);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    if (!options["read-only"] && !(await isCleanedUp(prefix))) tally.failed++;
  }
  report(`\n${tallyLine(tally)}`);
  if (signal.aborted) return interruptedExitCode;
  return tally.failed === 0 ? 0 : 1;
}

function givenOptions() {
  try {
    return parseArgs({
      options: {
        stack: { type: "string", default: "dev" },
        yes: { type: "boolean", default: false },
        "read-only": { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw new NotBegun((error as Error).message);
  }
}

/** Who asks, and where. The region is the stack's: checks of another one would say nothing about it. */
async function findAccount(stack: string, signal: AbortSignal): Promise<CheckedAccount> {
  const project = path.resolve(__dirname, "../..");
  const region = regionOf(project, stack);
  process.env.AWS_REGION = region;
  const { Account: accountId = "", Arn: arn = "" } = await new STS({})
    .getCallerIdentity({})
    .catch((error: Error) => {
      throw new NotBegun(
        `AWS does not say who you are (${error.message}). Log in first, for example with \`aws sso login\`, and set AWS_PROFILE.`,
      );
    });
  // Seconds since 1970 in few characters: a role's name has at most 64.
  const name = `${prefixIn(region)}${Math.floor(Date.now() / 1000).toString(36)}`;
  return { accountId, arn, region, stack, project, name, signal, report };
}

function regionOf(project: string, stack: string): string {
  try {
    const region = stackConfig(project, stack)["aws:region"];
    if (typeof region === "string") return region;
  } catch (error) {
    throw new NotBegun((error as Error).message);
  }
  throw new NotBegun(`aws:region is missing in Pulumi.${stack}.yaml`);
}

/** @throws NotBegun unless a person says yes */
async function askWhetherToGoOn(signal: AbortSignal): Promise<void> {
  if (!process.stdin.isTTY)
    throw new NotBegun("nobody can be asked here: ARGS=--yes goes on, ARGS=--read-only makes nothing");
  // Not a `terminal`: that would keep Ctrl-C from the process.
  const terminal = createInterface({ input: process.stdin, output: process.stdout, terminal: false });
  const closed = once(terminal, "close").then(() => "no");
  try {
    const question = terminal.question("Go on? (yes or no) ", { signal }).catch(() => "no");
    const answer = await Promise.race([question, closed]);
    if (answer.trim() !== "yes") throw new NotBegun("the answer was not yes");
  } finally {
    terminal.close();
  }
}

async function isCleanedUp(prefix: string): Promise<boolean> {
  report("\nDeleting what was made");
  await removeMade(prefix, report);
  const left = await listMade(prefix);
  for (const line of left) report(`  left: ${line}`);
  if (left.length === 0) report("  nothing is left");
  return left.length === 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(`Error: ${error instanceof Error ? error.message : String(error)}`);
    if (error instanceof NotBegun) console.error("Nothing was made.");
    process.exit(error instanceof NotBegun ? 2 : 1);
  },
);
