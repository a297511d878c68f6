/** `to look at` is no fault of AWS's or ours: a person decides whether it matters. */
export type Verdict = "passed" | "failed" | "to look at";

/** What a check has seen, in one line. */
export interface Seen {
  readonly verdict: Verdict;
  readonly seen: string;
}

/** One line of the report, and one item of a list in docs/first-day.md. */
export interface Check {
  /** What is looked at, or measured. */
  readonly what: string;
  /** What AWS documents, or what the product needs. */
  readonly expected: string;
  /** What the local AWS does. */
  readonly local: string;
  /** What breaks if AWS does otherwise. */
  readonly risk: string;
}

/** Checks that belong together, in their order. */
export interface Part {
  readonly name: string;
  /** What it makes, and deletes again. @default it only reads */
  readonly makes?: string;
  readonly checks: readonly Check[];
  /** Yields what each check has seen, in the order of the checks. An error is the verdict about the next one. */
  readonly look: (account: CheckedAccount) => AsyncGenerator<Seen>;
}

/** The account and the region that are checked, and this run. */
export interface CheckedAccount {
  readonly accountId: string;
  readonly arn: string;
  readonly region: string;
  /** The stack whose settings the preflight judges. */
  readonly stack: string;
  /** Folder of Pulumi.yaml. */
  readonly project: string;
  /** Name of everything that this run makes. */
  readonly name: string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly report: (line: string) => void;
}

export const passed = (seen: string): Seen => ({ verdict: "passed", seen });
export const failed = (seen: string): Seen => ({ verdict: "failed", seen });
export const toLookAt = (seen: string): Seen => ({ verdict: "to look at", seen });

/** Passed or failed by a condition. */
export const holds = (condition: boolean, seen: string): Seen => (condition ? passed(seen) : failed(seen));
