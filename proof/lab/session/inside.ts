import { mkdirSync } from "node:fs";
import path from "node:path";
import {
  checkedLines,
  checkedRequests,
  together,
  type CheckedRequests,
} from "../../local/aws/checkedRequests";
import { enterLocalAws, localAwsUrl } from "../../local/aws/environment";
import { parseCommand, releasesOf, type Command } from "./command";
import { drills } from "../drills";
import type { Drill } from "../drills/drill";
import { runDrill, type Run } from "../drills/run";
import { labFolder } from "./folder";
import type { Lab } from "../lab";
import { openHub } from "../network/hub";
import { openLab, type LabArgs, type OpenLab } from "./open";
import { keepResult } from "../report/results";
import { table } from "../report/table";
import { labStack } from "../cluster/stack";

const localAws = localAwsUrl(4566);

/**
 * The lab inside its namespaces: opens it, runs the drills, and prints their results. Returns whether all
 * passed, and every request to AWS was valid.
 */
async function main(command: Command): Promise<boolean> {
  const folder = labFolder;
  process.env.LOCAL_AWS_FOLDER = path.basename(folder);
  const { vpcCidr, region } = labStack();
  enterLocalAws(localAws, region);
  await openHub(vpcCidr);
  // In the lab's own /run: all temporary files are gone with it.
  process.env.TMPDIR = "/run/lab/tmp";
  mkdirSync(process.env.TMPDIR, { recursive: true });
  if (command.stay) {
    const { lab } = await openLab(labArgs(command, folder, { kubernetes: command.stay }));
    return stay(lab);
  }

  const began = Date.now();
  const { runs, requests } = await runDrills(command, folder);
  const rows = runs.map(({ row }) => row);
  console.log(`\n${table(rows)}\n`);
  for (const { drill, reasons } of rows) for (const reason of reasons) console.log(`${drill}: ${reason}`);
  for (const line of checkedLines(requests)) console.log(line);
  const passed = rows.filter((row) => row.passed).length;
  console.log(`${Math.round((Date.now() - began) / 1000)} s`);
  console.log(`${passed} passed, ${rows.length - passed} failed`);
  return passed === rows.length && requests.faults.length === 0;
}

/**
 * Runs the drills one after the other. A drill uses the lab of the one before if its cluster still exists and
 * has what the drill needs.
 */
async function runDrills(
  command: Command,
  folder: string,
): Promise<{ readonly runs: readonly Run[]; readonly requests: CheckedRequests }> {
  const runs: Run[] = [];
  const requests: CheckedRequests[] = [];
  let open: OpenLab | undefined;
  let last: Drill | undefined;
  const end = async () => {
    if (!open) return;
    // A local AWS takes what it has found of its requests with it.
    requests.push(await checkedRequests(localAws));
    await open.close();
    open = undefined;
  };
  try {
    for (const drill of command.drills.flatMap((name) => drills[name] ?? [])) {
      if (drill.kubernetes !== last?.kubernetes || isApart(drill) || isApart(last)) {
        await end();
      }
      last = drill;
      open ??= await openLab(labArgs(command, folder, drill));
      const run = await runDrill(drill, open.lab, folder, command.limits);
      keepResult(folder, run);
      runs.push(run);
      if (drill.endsCluster) await end();
    }
    await end();
  } finally {
    await open?.close();
  }
  return { runs, requests: together(requests) };
}

/**
 * Whether a drill needs a lab of its own: nodes never go back from a newer release, and a lab has one scale.
 */
const isApart = ({ releases, leastScale }: Drill): boolean =>
  releases !== undefined || leastScale !== undefined;

/** The lab in which a drill starts. */
function labArgs(
  command: Command,
  folder: string,
  { kubernetes, releases: wanted, leastScale = 0 }: Pick<Drill, "kubernetes" | "releases" | "leastScale">,
): LabArgs {
  const releases = releasesOf(command);
  const release = (wanted ?? releases)[0];
  const scale = Math.max(command.scale, leastScale);
  return { scale, kubernetes, release, releases, folder, report: console.log };
}

/** Prints how to look into the lab, and waits for Ctrl-C. */
async function stay(lab: Lab): Promise<never> {
  await lab.hasCluster(3);
  console.log("\nThe cluster is healthy. A shell on a node, from another terminal:");
  for (const machine of lab.machines()) console.log(`  make lab ARGS='shell ${machine.id}'`);
  console.log("Ctrl-C ends the lab.");
  return new Promise<never>(() => undefined);
}

// The pipe closes when the process outside asks for the end, or is gone. All processes of the lab end with
// this one.
process.stdin.resume().on("end", () => process.exit(130));
process.on("SIGINT", () => process.exit(130));

main(parseCommand(process.argv.slice(2), process.env)).then(
  (passed) => process.exit(passed ? 0 : 1),
  (error: unknown) => {
    console.error(`\nError: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
