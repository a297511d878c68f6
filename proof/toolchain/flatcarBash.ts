import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { cacheRoot } from "../engine/cache";

/**
 * The program of these bytes, a bash, as Flatcar builds it: for redirections /dev/tcp and /dev/udp are files like others (USE flag
 * `-net`). The two names that bash compares with become one of nothing, as long as they are.
 * https://github.com/flatcar/scripts/blob/flatcar-4757/sdk_container/src/third_party/coreos-overlay/profiles/coreos/targets/generic/package.use
 */
export function withoutNetwork(bash: Buffer): Buffer {
  const changed = Buffer.from(bash);
  for (const name of ["/dev/tcp/*/*\0", "/dev/udp/*/*\0"]) {
    for (let at = changed.indexOf(name); at >= 0; at = changed.indexOf(name))
      changed.write("/no/network/", at);
  }
  return changed;
}

/** Folder with this machine's bash as Flatcar has it, and nothing else: for the front of a PATH. */
export function flatcarBashFolder(): string {
  const program = withoutNetwork(fs.readFileSync("/bin/bash"));
  const hash = createHash("sha256").update(program).digest("hex").slice(0, 12);
  const folder = path.join(cacheRoot(), "tools", `flatcar-bash-${hash}`);
  const bash = path.join(folder, "bash");
  if (fs.existsSync(bash)) return folder;
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(`${bash}.${process.pid}`, program, { mode: 0o755 });
  fs.renameSync(`${bash}.${process.pid}`, bash);
  return folder;
}
