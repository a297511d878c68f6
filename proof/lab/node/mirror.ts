import { createHash } from "node:crypto";
import { execFile } from "node:child_process";
import { createReadStream } from "node:fs";
import { chmod, copyFile, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { controllerReleases, findDownloads, type Release } from "../../../ignition/downloads";

/** The mirror's host name; only the lab's DNS has it. */
export const mirrorUrl = "https://mirror.lab.internal";

/** Programs of an etcd release, by their name in the release. */
interface EtcdPrograms {
  readonly etcd: string;
  readonly etcdctl: string;
  readonly etcdutl: string;
}

/** The files that nodes download of one release of Kubernetes, or of the stand-ins for it. */
export interface NodePrograms {
  readonly release: string;
  readonly kubeadm: string;
  readonly kubelet: string;
  readonly kubectl: string;
  /** By name. */
  readonly cniPlugins: Readonly<Record<string, string>>;
}

/** An etcd release that passes all checks and cannot start: for the rollout that has to stop. */
export const brokenEtcd = "3.6.99";

/**
 * Fills `folder` with the release files that controllers download, at the publishers' paths below their host
 * names. Returns the files' SHA-256 in the form of the setting `downloads.sha256`.
 */
export async function fillMirror(
  folder: string,
  etcd: EtcdPrograms & { readonly version: string },
  kubernetes: readonly NodePrograms[],
): Promise<Record<string, string>> {
  const sha256: Record<string, string> = {};
  for (const programs of kubernetes) {
    for (const version of [etcd.version, brokenEtcd]) {
      for (const release of controllerReleases(programs.release, version, "amd64")) {
        const name = `${release.name}-${release.version}-${release.architecture}`;
        if (name in sha256) continue;
        const file = fileOf(folder, release);
        await mkdir(path.dirname(file), { recursive: true });
        await write(file, release, { ...etcd, ...programs });
        sha256[name] = await digest(file);
      }
    }
  }
  return sha256;
}

/** Path of a release in the mirror's folder, where the product's nodes look for it. */
function fileOf(folder: string, release: Release): string {
  const anySum = { [`${release.name}-${release.version}-${release.architecture}`]: "0".repeat(64) };
  const [file] = findDownloads([release], { mirror: mirrorUrl, sha256: anySum });
  const source = file?.contents?.source ?? "";
  return path.join(folder, source.slice(mirrorUrl.length));
}

async function write(
  file: string,
  { name, version }: Release,
  programs: EtcdPrograms & NodePrograms,
): Promise<void> {
  switch (name) {
    case "kubeadm":
    case "kubelet":
    case "kubectl":
      return copyFile(programs[name], file);
    case "cni-plugins":
      return archive(file, async (into) => {
        await writeFile(path.join(into, "README.md"), "Built by the lab.\n");
        for (const [plugin, built] of Object.entries(programs.cniPlugins))
          await copyFile(built, path.join(into, plugin));
      });
    case "etcd":
      return archive(file, async (into) => {
        const release = path.join(into, `etcd-v${version}-linux-amd64`);
        await mkdir(release);
        for (const program of ["etcd", "etcdctl", "etcdutl"] as const) {
          await copyFile(programs[program], path.join(release, program));
        }
        if (version === brokenEtcd) {
          const broken = path.join(release, "etcd");
          await writeFile(broken, "#!/bin/sh\necho 'this release cannot start' >&2\nexit 1\n");
          await chmod(broken, 0o755);
        }
      });
  }
}

async function archive(file: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const content = await mkdtemp(path.join(os.tmpdir(), "release-"));
  try {
    await fill(content);
    const tar = ["--create", "--use-compress-program=gzip --fast", "--owner=0", "--group=0"];
    await promisify(execFile)("tar", [
      ...tar,
      "--file",
      `${file}.part`,
      "--directory",
      content,
      ...(await readdir(content)),
    ]);
    await rename(`${file}.part`, file);
  } finally {
    await rm(content, { recursive: true, force: true });
  }
}

async function digest(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

/** Settings, by path, that make nodes use the mirror. */
export function mirrorSettings(sha256: Readonly<Record<string, string>>): Record<string, string> {
  const sums = Object.entries(sha256).map(([file, sum]) => [`downloads.sha256["${file}"]`, sum]);
  return { "downloads.mirror": mirrorUrl, ...(Object.fromEntries(sums) as Record<string, string>) };
}
