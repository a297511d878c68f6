import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A hierarchy of control groups: https://docs.kernel.org/admin-guide/cgroup-v2.html */
export interface Hierarchy {
  readonly mountPoint: string;
  /** Whether it is the `cpuset` controller's of version 1, whose groups start without processors. */
  readonly needsProcessors: boolean;
}

const parent = "lab";
/**
 * On AWS every node has processors of its own. Here all nodes together count as two other groups of processes, such
 * as the deployer and the local AWS. So they go on while these work, and leave the local AWS its part. The files are
 * those of version 1 and of version 2.
 */
const shares = { "cpu.shares": 2 * 1024, "cpu.weight": 2 * 100 };
const settleMilliseconds = 2000;

/**
 * The mounted hierarchies, from the text of /proc/self/mountinfo: one with cgroup v2, several with v1 or
 * both.
 */
export function hierarchies(mountInfo: string): Hierarchy[] {
  return mountInfo.split("\n").flatMap((line) => {
    // https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
    const [mount = "", filesystem = ""] = line.split(" - ");
    const [type = "", , options = ""] = filesystem.split(" ");
    const mountPoint = mount.split(" ")[4] ?? "";
    if (type === "cgroup2") return [{ mountPoint, needsProcessors: false }];
    if (type !== "cgroup") return [];
    return [{ mountPoint, needsProcessors: options.split(",").includes("cpuset") }];
  });
}

/**
 * Makes a node's own group in every hierarchy, so that the node's systemd controls this group and sees no
 * other. Returns the files to which a process writes its id to enter.
 */
export function makeControlGroups(node: string): string[] {
  return mounted().map(({ mountPoint, needsProcessors }) => {
    const group = path.join(mountPoint, parent, node);
    mkdirSync(group, { recursive: true });
    for (const [file, share] of Object.entries(shares)) {
      const place = path.join(path.dirname(group), file);
      if (existsSync(place)) writeFileSync(place, String(share));
    }
    for (const file of needsProcessors ? ["cpuset.cpus", "cpuset.mems"] : []) {
      const all = readFileSync(path.join(mountPoint, file));
      for (const made of [path.dirname(group), group]) writeFileSync(path.join(made, file), all);
    }
    return path.join(group, "cgroup.procs");
  });
}

/**
 * Removes the groups of a node, or of all nodes. Unlike the rest of the lab, they do not disappear with its
 * namespaces. A group that still holds processes after two seconds stays: it belongs to another lab.
 */
export async function removeControlGroups(node = ""): Promise<void> {
  const deadline = Date.now() + settleMilliseconds;
  for (const { mountPoint } of mounted()) {
    const group = path.join(mountPoint, parent, node);
    while (existsSync(group) && !removeTree(group) && Date.now() < deadline) await sleep(20);
  }
}

/** False if a group in it is still in use. */
function removeTree(group: string): boolean {
  try {
    for (const entry of readdirSync(group, { withFileTypes: true })) {
      if (entry.isDirectory() && !removeTree(path.join(group, entry.name))) return false;
    }
    rmdirSync(group);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return true;
    if (code === "EBUSY") return false;
    throw error;
  }
}

const mounted = () => hierarchies(readFileSync("/proc/self/mountinfo", "utf8"));
