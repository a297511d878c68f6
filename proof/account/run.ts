import {
  type Check,
  type CheckedAccount,
  failed,
  type Part,
  type Seen,
  toLookAt,
  type Verdict,
} from "./check";

/** How many checks ended with each verdict. */
export type Tally = Record<Verdict, number>;

export const noneYet = (): Tally => ({ passed: 0, failed: 0, "to look at": 0 });

/** `14 passed, 0 failed, 2 to look at` */
export const tallyLine = (tally: Tally): string =>
  `${tally.passed} passed, ${tally.failed} failed, ${tally["to look at"]} to look at`;

/** The line of a check: what, expected, seen, verdict, and what the local AWS does. */
export const checkLine = ({ what, expected, local }: Check, { verdict, seen }: Seen): string =>
  `${verdict.padEnd(10)}  ${what}: expected ${expected}; seen ${seen.replaceAll(/\s+/g, " ")} (local AWS: ${local})`;

/** Names of errors by which AWS says that this role may not ask. */
const refusals = /^(AccessDenied|UnauthorizedOperation|AuthorizationError)/;

/** What an error says about a check. A missing permission says nothing about AWS. */
function ofError(error: unknown): Seen {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const told = message.startsWith(name) ? message : `${name}: ${message}`;
  return refusals.test(name) ? toLookAt(`your role may not: ${told}`) : failed(told);
}

/**
 * Runs the checks in their order, and reports one line for each. After an error the rest of a part cannot be looked at; other
 * parts go on.
 * @throws AbortError when the run is interrupted
 */
export async function runParts(parts: readonly Part[], account: CheckedAccount, tally: Tally): Promise<void> {
  const { report, signal } = account;
  for (const { name, checks, look } of parts) {
    report(`\n${name}`);
    const seen = look(account);
    let broken = false;
    for (const check of checks) {
      const result: Result = broken ? toLookAt("not tried, because of the line above") : await next(seen);
      signal.throwIfAborted();
      broken ||= result.isError === true;
      tally[result.verdict]++;
      report(`  ${checkLine(check, result)}`);
    }
  }
}

/** What a check has seen, and whether its part ended with it. */
type Result = Seen & { readonly isError?: boolean };

async function next(seen: AsyncGenerator<Seen>): Promise<Result> {
  try {
    const next = await seen.next();
    return next.done ? { ...failed("the check has no result"), isError: true } : next.value;
  } catch (error) {
    return { ...ofError(error), isError: true };
  }
}
