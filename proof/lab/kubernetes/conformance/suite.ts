import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import type { ConformancePrograms } from "../../../toolchain/conformance";
import type { ClientMachine } from "../../clients/clientMachine";
import { lastLines } from "../../execute";
import { resultsOf, type Result } from "./results";

/** Specs that run in parallel, on a machine with two cores. */
const processes = 2;

/**
 * Runs specs with the administrator's rights from the clients' machine. `folder` is made again, and gets
 * Ginkgo's report with every spec's output.
 * @throws Error with the end of the tests' output, if they made no report
 */
export async function runSpecs(args: {
  readonly specs: readonly string[];
  readonly programs: ConformancePrograms;
  readonly machine: ClientMachine;
  readonly kubeconfig: string;
  readonly kubectl: string;
  /** Pods of kube-system that need not run. */
  readonly podsNotReady: number;
  readonly folder: string;
  readonly seconds: number;
}): Promise<Result[]> {
  const { specs, programs, machine, folder, seconds } = args;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  // Ginkgo recognises compiled tests by their suffix.
  const suite = path.join(folder, "e2e.test");
  symlinkSync(programs.e2eTest, suite);
  const { stdout, stderr } = await machine.run(
    [
      ...["env", `HOME=${folder}`], // the tests' kubectl keeps a cache there
      ...[programs.ginkgo, `--procs=${processes}`, `--timeout=${seconds}s`, "--no-color"],
      ...[`--output-dir=${folder}`, "--json-report=report.json", `--focus=${focus(specs)}`],
      ...[suite, "--", "--provider=skeleton", `--kubeconfig=${args.kubeconfig}`],
      ...[`--kubectl-path=${args.kubectl}`, `--allowed-not-ready-nodes=${args.podsNotReady}`],
      // The drill has waited for the pods that can run. The tests would wait ten more minutes, and then go on
      // as well.
      ...["--system-pods-startup-timeout=1s", "--system-daemonsets-startup-timeout=1s"],
    ],
    { seconds: seconds + 120 },
  );
  writeFileSync(path.join(folder, "ginkgo.log"), stdout + stderr);
  const report = path.join(folder, "report.json");
  try {
    return resultsOf(specs, JSON.parse(readFileSync(report, "utf8")) as Parameters<typeof resultsOf>[1]);
  } catch (error) {
    throw new Error(`${report}: ${(error as Error).message}; the end of the output:\n${lastLines(stdout)}`);
  }
}

/** Ginkgo matches it with the suite's name, a space, and the spec's name. */
const focus = (specs: readonly string[]): string =>
  ` (${specs.map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|")})$`;
