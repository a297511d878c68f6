import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { cachedEntry, cacheEntry, cacheRoot, entryName, type CacheKey } from "../../engine/cache";

describe("engine cache", () => {
  const key: CacheKey = { tool: "tool", version: "v1", recipe: ["a"] };
  const silent = (): void => undefined;
  let root: string;
  beforeEach(() => (root = fs.mkdtempSync(path.join(os.tmpdir(), "cache-"))));
  afterEach(() => fs.rmSync(root, { recursive: true }));

  const fill =
    (text: string) =>
    async (folder: string): Promise<void> =>
      fs.writeFileSync(path.join(folder, "made"), text);
  const lockFile = (): string => path.join(root, `${entryName(key)}.lock`);

  it("lies in the user's cache folder", () => {
    assert.equal(cacheRoot({ XDG_CACHE_HOME: "/somewhere" }), "/somewhere/pulumi-kubeadm");
    assert.equal(cacheRoot({}), path.join(os.homedir(), ".cache", "pulumi-kubeadm"));
  });

  it("gives every tool, version and recipe an entry of its own", () => {
    const others: CacheKey[] = [
      { ...key, tool: "other" },
      { ...key, version: "v2" },
      { ...key, recipe: ["b"] },
      { ...key, recipe: ["a", ""] },
    ];
    const names = new Set([key, ...others].map(entryName));
    assert.equal(names.size, 5);
    assert.match(entryName(key), /^tool-v1-[0-9a-f]{12}$/);
  });

  it("makes an entry once and then reuses it unchanged", async () => {
    const first = await cacheEntry(root, key, fill("one"), silent);
    const second = await cacheEntry(root, key, fill("two"), silent);
    assert.equal(second, first);
    assert.equal(fs.readFileSync(path.join(second, "made"), "utf8"), "one");
    assert.deepEqual(fs.readdirSync(root), [entryName(key)]);
  });

  it("keeps nothing of an entry that could not be made", async () => {
    const fail = async (folder: string): Promise<void> => {
      await fill("half")(folder);
      throw new Error("no compiler");
    };
    await assert.rejects(cacheEntry(root, key, fail, silent), /no compiler/);
    assert.deepEqual(fs.readdirSync(root), []);
    assert.equal(await cachedEntry(root, key), undefined);
  });

  it("makes an entry once when several ask for it at the same time", async () => {
    let made = 0;
    const slowly = async (folder: string): Promise<void> => {
      made += 1;
      await new Promise((resolve) => setTimeout(resolve, 50));
      await fill("one")(folder);
    };
    await Promise.all([1, 2, 3].map(() => cacheEntry(root, key, slowly, silent)));
    assert.equal(made, 1);
  });

  it("takes over from a process that has died, and clears what it left", async () => {
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    fs.writeFileSync(lockFile(), JSON.stringify({ pid, host: os.hostname() }));
    fs.mkdirSync(path.join(root, `.unfinished-${entryName(key)}-${pid}`));
    await cacheEntry(root, key, fill("mine"), silent);
    assert.deepEqual(fs.readdirSync(root), [entryName(key)]);
  });

  it("takes over a lock that nobody has touched for a while, even if its process id is in use", async () => {
    fs.writeFileSync(lockFile(), JSON.stringify({ pid: process.pid, host: "elsewhere" }));
    const longAgo = new Date(Date.now() - 60_000);
    fs.utimesSync(lockFile(), longAgo, longAgo);
    await cacheEntry(root, key, fill("mine"), silent);
    assert.deepEqual(fs.readdirSync(root), [entryName(key)]);
  });

  it("waits for a process that lives, and says for which", async () => {
    fs.writeFileSync(lockFile(), JSON.stringify({ pid: process.pid, host: os.hostname() }));
    const lines: string[] = [];
    const entry = cacheEntry(root, key, fill("mine"), (line) => {
      lines.push(line);
      fs.rmSync(lockFile());
    });
    await entry;
    assert.deepEqual(lines, [`Waiting for process ${process.pid}, which makes ${entryName(key)}`]);
  });
});
