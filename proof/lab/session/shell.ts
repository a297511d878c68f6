import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/**
 * Opens a shell on a node of this machine's lab; returns its exit status.
 * @throws Error that lists the nodes, if no lab has such a node
 */
export function openShell(instance: string): number {
  const nodes = runningNodes();
  const init = nodes.get(instance);
  if (init === undefined) {
    const there = [...nodes.keys()].join(", ") || "none: `make lab ARGS=stay` boots some";
    throw new Error(`"${instance}" is no node of a running lab; there are ${there}`);
  }
  const shell = ["--", "bash", "--login"];
  return spawnSync("nsenter", [`--target=${init}`, "--all", ...shell], { stdio: "inherit" }).status ?? 1;
}

/** Process ids of the nodes' inits on this machine, by instance id. */
function runningNodes(): Map<string, number> {
  const nodes = new Map<string, number>();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const [program = "", ...words] = read(`/proc/${pid}/cmdline`).split("\0");
    const machine = words.find((word) => word.startsWith("--machine="));
    const [init] = read(`/proc/${pid}/task/${pid}/children`).split(" ");
    if (program === "systemd-nspawn" && machine && init)
      nodes.set(machine.slice("--machine=".length), Number(init));
  }
  return nodes;
}

/** Empty for a process that has just ended. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
