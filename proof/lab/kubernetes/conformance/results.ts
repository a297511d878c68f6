import { sigOf } from "./specs";

/** Result of one spec. */
export interface Result {
  readonly name: string;
  readonly state: "passed" | "failed" | "skipped";
  readonly seconds: number;
  /** Why it failed or was skipped, in the words of the test. */
  readonly reason: string;
}

/** The used fields of Ginkgo's report: https://pkg.go.dev/github.com/onsi/ginkgo/v2/types#Report */
interface Report {
  readonly SpecReports: readonly {
    readonly ContainerHierarchyTexts: readonly string[] | null;
    readonly LeafNodeType: string;
    readonly LeafNodeText: string;
    readonly State: string;
    /** Nanoseconds. */
    readonly RunTime: number;
    readonly Failure?: { readonly Message: string };
  }[];
}

/** Results of these specs from Ginkgo's reports, in their order; a spec without a report has failed. */
export function resultsOf(specs: readonly string[], reports: readonly Report[]): Result[] {
  const found = new Map(
    reports
      .flatMap(({ SpecReports }) => SpecReports)
      .filter(({ LeafNodeType }) => LeafNodeType === "It")
      .map((spec) => [[...(spec.ContainerHierarchyTexts ?? []), spec.LeafNodeText].join(" "), spec]),
  );
  return specs.map((name) => {
    const spec = found.get(name);
    if (!spec) return { name, state: "failed", seconds: 0, reason: "the tests have no spec of this name" };
    const { State: state, RunTime, Failure } = spec;
    const isKnown = state === "passed" || (state === "skipped" && Failure !== undefined);
    return {
      name,
      state: isKnown ? state : "failed",
      seconds: Math.round(RunTime / 1e8) / 10,
      reason: Failure?.Message ?? (isKnown ? "" : `it is ${state}`),
    };
  });
}

/** Results of a group's specs. */
export interface Count {
  readonly sig: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Specs of the group that did not run. */
  readonly notRun: number;
  /** Sum over the specs, which ran in parallel. */
  readonly seconds: number;
}

/** Results of specs, for the report's row. */
export interface Conformance {
  readonly counts: readonly Count[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/** The results by special interest group, in alphabetical order; `all` are the names of all specs. */
export function summary(results: readonly Result[], all: readonly string[]): Conformance {
  const sigs = [...new Set(results.map(({ name }) => sigOf(name)))].sort();
  const counts = sigs.map((sig) => {
    const own = results.filter(({ name }) => sigOf(name) === sig);
    const of = (state: Result["state"]) => own.filter((result) => result.state === state).length;
    return {
      ...{ sig, passed: of("passed"), failed: of("failed"), skipped: of("skipped") },
      notRun: all.filter((name) => sigOf(name) === sig).length - own.length,
      seconds: Math.round(own.reduce((sum, { seconds }) => sum + seconds, 0)),
    };
  });
  const skipped = results.filter(({ state }) => state === "skipped");
  return { counts, skipped: skipped.map(({ name, reason }) => ({ name, reason })) };
}
