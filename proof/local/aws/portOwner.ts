import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A socket that listens, as the kernel lists it. */
export interface ListeningSocket {
  readonly inode: string;
  readonly uid: number;
}

/** Finds the socket that listens on a port in the text of /proc/net/tcp or /proc/net/tcp6 (man 5 proc). */
export function listeningSocket(table: string, port: number): ListeningSocket | undefined {
  const listening = "0A";
  for (const line of table.split("\n").slice(1)) {
    const [, local = "", , state, , , , uid, , inode = ""] = line.trim().split(/\s+/);
    const localPort = parseInt(local.slice(local.lastIndexOf(":") + 1), 16);
    if (state === listening && localPort === port) return { inode, uid: Number(uid) };
  }
  return undefined;
}

/** Says who listens on a port: `nginx (pid 812)`, or the part of that which this user may see. */
export function portOwner(port: number): string {
  return process.platform === "linux" ? ownerByProc(port) : ownerByLsof(port);
}

function ownerByProc(port: number): string {
  const socket = ["/proc/net/tcp", "/proc/net/tcp6"]
    .map((file) => listeningSocket(readOrEmpty(file), port))
    .find((found) => found !== undefined);
  if (!socket) return "a process of another network namespace";
  const pid = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .find((name) => openFiles(name).includes(`socket:[${socket.inode}]`));
  if (!pid) return `a process of ${userName(socket.uid)}`;
  return `${readOrEmpty(`/proc/${pid}/comm`).trim()} (pid ${pid})`;
}

/** The targets of a process's descriptors; none if it is gone or another user's. */
function openFiles(pid: string): string[] {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).map((descriptor) => {
      try {
        return readlinkSync(`${folder}/${descriptor}`);
      } catch {
        return "";
      }
    });
  } catch {
    return [];
  }
}

function userName(uid: number): string {
  const entries = readOrEmpty("/etc/passwd")
    .split("\n")
    .map((line) => line.split(":"));
  return `user ${entries.find(([, , id]) => id === String(uid))?.[0] ?? uid}`;
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function ownerByLsof(port: number): string {
  try {
    const fields = execFileSync("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"], {
      encoding: "utf8",
    });
    const [pid, command] = fields.split("\n").map((field) => field.slice(1));
    return `${command} (pid ${pid})`;
  } catch {
    return "another user's process";
  }
}
