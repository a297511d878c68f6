import { endOnInterrupt } from "../local/interrupt";
import { projectFolder } from "../local/folders";
import { parseCommand, usage } from "./session/command";
import { drillNames } from "./drills";
import { claimFolder, labFolder } from "./session/folder";
import { enterNamespaces } from "./session/namespaces";
import { openShell } from "./session/shell";
import { prepare } from "./session/prepare";
import { publish } from "./report/publish";

/**
 * `make lab`, on the machine itself: downloads what the lab needs, then goes on inside namespaces of its own.
 */
async function main(): Promise<number> {
  if (process.argv.includes("help")) {
    console.log(usage());
    return 0;
  }
  const words = process.argv.slice(2);
  if (words.join(" ") === "publish") {
    const taken = publish({ project: projectFolder, labFolder, drills: drillNames });
    const names = taken.map(({ drill, date }) => `${drill} (${date})`).join(", ") || "none is new";
    console.log(`proof/bench/drills.json and docs/drills.md have the results of the lab: ${names}`);
    return 0;
  }
  const isShell = words[0] === "shell" && words.length === 2;
  // A mistake is reported now, not after ten minutes of building.
  const command = isShell ? undefined : parseCommand(words, process.env);
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    const user = `${process.env.USER ?? "this user"} on ${process.platform}`;
    throw new Error(`make lab boots real nodes: it needs root and Linux, and this is ${user}`);
  }
  if (!command) return openShell(words[1] ?? "");
  const lock = claimFolder(labFolder);
  const began = Date.now();
  await prepare(command, console.log);
  console.log(`Prepared in ${Math.round((Date.now() - began) / 1000)} s`);
  return enterNamespaces(words, lock);
}

endOnInterrupt();
main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    console.error(`\nError: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
