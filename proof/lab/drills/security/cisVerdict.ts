import type { Finding } from "../../kubernetes/kubeBench";
import type { Role } from "./cisChecks";

/** The scanner's findings on one node. */
export interface Scanned {
  /** For messages. */
  readonly node: string;
  readonly role: Role;
  readonly findings: readonly Finding[];
}

/** How many recommendations each section has, so that a missing one is noticed. */
const recommendations: Readonly<Record<Role, Readonly<Record<string, number>>>> = {
  controller: { "1": 60, "2": 7, "3": 5, "4": 25 },
  worker: { "4": 25 },
};

/** The recommendations that a document lists in tables whose first column is their number. */
export const openPoints = (markdown: string): string[] =>
  [...markdown.matchAll(/^\|\s*(\d+(?:\.\d+)+)\s*\|/gm)].map(([, id]) => id ?? "");

/** Problems: any FAIL, a WARN that is not among the open points, and an open point without a WARN. */
export function problemsOf(scanned: readonly Scanned[], open: readonly string[]): string[] {
  const warned = new Set<string>();
  const problems = scanned.flatMap(({ node, role, findings }) => [
    ...missing(role, findings).map((problem) => `${node}: ${problem}`),
    ...findings.flatMap(({ id, text, state, actual }) => {
      if (state === "WARN") warned.add(id);
      if (state === "PASS" || (state === "WARN" && open.includes(id))) return [];
      return [`${node}: ${id} ${text}: ${state}, seen: ${actual.trim().slice(0, 300) || "nothing"}`];
    }),
  ]);
  const gone = open.filter((id) => !warned.has(id));
  return [...problems, ...gone.map((id) => `${id} is listed as open, and no node has a WARN for it`)];
}

function missing(role: Role, findings: readonly Finding[]): string[] {
  return Object.entries(recommendations[role]).flatMap(([section, wanted]) => {
    const ids = new Set(findings.map(({ id }) => id).filter((id) => id.startsWith(`${section}.`)));
    return ids.size === wanted ? [] : [`section ${section} has ${ids.size} recommendations, not ${wanted}`];
  });
}

/** For example `90 PASS, 0 FAIL, 7 WARN`. */
export function totals(findings: readonly Finding[]): string {
  const count = (state: Finding["state"]) => findings.filter((finding) => finding.state === state).length;
  return (["PASS", "FAIL", "WARN"] as const).map((state) => `${count(state)} ${state}`).join(", ");
}
