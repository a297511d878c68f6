import { createHash, randomUUID } from "node:crypto";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Everything that a cache entry depends on: a change of any of it makes another entry. */
export interface CacheKey {
  readonly tool: string;
  readonly version: string;
  /** Everything else that determines the entry's content, such as the files of its build recipe. */
  readonly recipe: readonly string[];
}

const TOUCH_MILLISECONDS = 5_000;
const STALE_MILLISECONDS = 30_000;
const POLL_MILLISECONDS = 300;
const WAIT_REPORT_MILLISECONDS = 20_000;
const HASH_LENGTH = 12;

/** `$XDG_CACHE_HOME/pulumi-kubeadm`, or `~/.cache/pulumi-kubeadm`. */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  return path.join(env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache"), "pulumi-kubeadm");
}

/** Folder name of an entry: tool, version and a hash of both and the recipe. */
export function entryName({ tool, version, recipe }: CacheKey): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([tool, version, recipe]))
    .digest("hex");
  return `${tool}-${version}-${hash.slice(0, HASH_LENGTH)}`;
}

/** The entry's folder, if it exists. */
export async function cachedEntry(root: string, key: CacheKey): Promise<string | undefined> {
  const folder = path.join(root, entryName(key));
  return (await exists(folder)) ? folder : undefined;
}

/**
 * Returns the folder of a cache entry. If it is missing, `make` fills an empty folder, which gets the entry's
 * name only after `make` has succeeded. Of several processes one makes the entry, and the others wait.
 */
export async function cacheEntry(
  root: string,
  key: CacheKey,
  make: (folder: string) => Promise<void>,
  report: (line: string) => void,
): Promise<string> {
  const name = entryName(key);
  const folder = path.join(root, name);
  if (await exists(folder)) return folder;

  await fs.mkdir(root, { recursive: true });
  const release = await lock(path.join(root, `${name}.lock`), report);
  try {
    if (await exists(folder)) return folder;
    await removeUnfinished(root, name);
    const unfinished = path.join(root, `.unfinished-${name}-${process.pid}`);
    await fs.mkdir(unfinished);
    try {
      await make(unfinished);
      await fs.rename(unfinished, folder);
    } finally {
      await fs.rm(unfinished, { recursive: true, force: true });
    }
    return folder;
  } finally {
    await release();
  }
}

/** Takes a lock file. Its owner touches it while it lives, so that others recognise a stale one. */
async function lock(file: string, report: (line: string) => void): Promise<() => Promise<void>> {
  let reported = 0;
  for (;;) {
    if (await claim(file)) break;
    if (await isStale(file)) {
      await removeStale(file);
      continue;
    }
    if (Date.now() - reported > WAIT_REPORT_MILLISECONDS) {
      reported = Date.now();
      report(`Waiting for process ${await owner(file)}, which makes ${path.basename(file, ".lock")}`);
    }
    await sleep(POLL_MILLISECONDS);
  }
  const touch = setInterval(
    () => void fs.utimes(file, new Date(), new Date()).catch(() => undefined),
    TOUCH_MILLISECONDS,
  );
  return async () => {
    clearInterval(touch);
    await fs.rm(file, { force: true });
  };
}

async function claim(file: string): Promise<boolean> {
  // Linked into place, so that nobody ever sees a lock without its owner.
  const own = `${file}.${randomUUID()}`;
  await fs.writeFile(own, JSON.stringify({ pid: process.pid, host: os.hostname() }));
  try {
    await fs.link(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await fs.rm(own, { force: true });
  }
}

async function isStale(file: string): Promise<boolean> {
  try {
    const { mtimeMs } = await fs.stat(file);
    if (Date.now() - mtimeMs > STALE_MILLISECONDS) return true;
    const { pid, host } = JSON.parse(await fs.readFile(file, "utf8")) as { pid: number; host: string };
    return host === os.hostname() && !isAlive(pid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    return error instanceof SyntaxError;
  }
}

/**
 * Moves the lock away before removing it: of two processes that find it stale, only one succeeds. If somebody
 * has taken the lock in the meantime, it is put back.
 */
async function removeStale(file: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  await fs.rename(file, aside).catch(() => undefined);
  if ((await exists(aside)) && !(await isStale(aside))) await fs.link(aside, file).catch(() => undefined);
  await fs.rm(aside, { force: true });
}

async function owner(file: string): Promise<string> {
  try {
    return String((JSON.parse(await fs.readFile(file, "utf8")) as { pid: number }).pid);
  } catch {
    return "unknown";
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function removeUnfinished(root: string, name: string): Promise<void> {
  const left = (await fs.readdir(root)).filter((entry) => entry.startsWith(`.unfinished-${name}-`));
  await Promise.all(left.map((entry) => fs.rm(path.join(root, entry), { recursive: true, force: true })));
}

async function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}
