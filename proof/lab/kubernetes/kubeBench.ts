import { readFileSync } from "node:fs";
import path from "node:path";
import { cacheEntry, cacheRoot } from "../../engine/cache";
import { kubeBench, kubeBenchConfiguration } from "../../toolchain/kubeBench";
import { execute, lastLines } from "../execute";
import type { Machine } from "../node/machine";

/**
 * The newest benchmark that the scanner's release knows, by the scanner's name for it. CIS's own newest, 2.0.1, has the same checks:
 * https://github.com/aquasecurity/kube-bench/pull/2126
 */
const benchmark = "cis-1.12";

/** The scanner's finding for one recommendation. */
export interface Finding {
  /** Such as `1.2.9`. */
  readonly id: string;
  readonly text: string;
  readonly state: "PASS" | "FAIL" | "WARN" | "INFO";
  /** The value that it found. */
  readonly actual: string;
}

/** https://github.com/aquasecurity/kube-bench/blob/v0.15.6/check/controls.go */
interface Report {
  readonly Controls: readonly {
    readonly tests: readonly {
      readonly results: readonly {
        readonly test_number: string;
        readonly test_desc: string;
        readonly status: Finding["state"];
        readonly actual_value: string;
        readonly reason?: string;
      }[];
    }[];
  }[];
}

/** Path of a .tar.gz with `kube-bench` and its own configuration in `cfg`. Made once, in the user's cache. */
export async function kubeBenchArchive(report: (line: string) => void): Promise<string> {
  const program = kubeBench();
  const name = path.basename(program);
  const entry = await cacheEntry(
    cacheRoot(),
    { tool: "kube-bench", version: benchmark, recipe: [name] },
    async (folder) => {
      await execute("tar", [
        ...["--create", "--gzip", `--file=${path.join(folder, "archive.tar.gz")}`],
        ...[`--transform=s|^${name}$|kube-bench|`, `--directory=${path.dirname(program)}`, name],
        ...[`--directory=${path.dirname(kubeBenchConfiguration())}`, "cfg/config.yaml", `cfg/${benchmark}`],
      ]);
    },
    report,
  );
  return path.join(entry, "archive.tar.gz");
}

/** Runs the scanner on a node like a user, with its own configuration. */
export async function scan(
  machine: Machine,
  archive: string,
  targets: readonly string[],
): Promise<Finding[]> {
  const script = `
    mkdir /run/kube-bench && cd /run/kube-bench
    trap 'rm -rf /run/kube-bench' EXIT
    base64 --decode | tar --extract --gzip --no-same-owner
    ./kube-bench run --benchmark ${benchmark} --targets ${targets.join()} --json`;
  const input = readFileSync(archive).toString("base64");
  const { status, stdout, stderr } = await machine.run(["bash", "-euo", "pipefail", "-c", script], { input });
  if (status !== 0) throw new Error(`kube-bench on ${machine.id}: ${lastLines(stderr || stdout)}`);
  return findings(stdout);
}

/** The findings of a report in JSON. */
export const findings = (json: string): Finding[] =>
  (JSON.parse(json) as Report).Controls.flatMap(({ tests }) => tests)
    .flatMap(({ results }) => results)
    .map(({ test_number, test_desc, status, actual_value, reason }) => ({
      ...{ id: test_number, text: test_desc, state: status },
      actual: actual_value || (reason ?? ""),
    }));
