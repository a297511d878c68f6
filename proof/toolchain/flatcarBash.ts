import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { cacheRoot } from "../engine/cache";

/**
 * Makes this bash behave like Flatcar's, which is built with the USE flag `-net`: redirections treat /dev/tcp
 * and /dev/udp as ordinary files. The two names that bash compares with are overwritten by a name of the same
 * length that never occurs.
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

/** Folder with only a bash that behaves like Flatcar's, for the start of a PATH. */
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
