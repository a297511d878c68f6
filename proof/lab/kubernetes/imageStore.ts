import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { cacheEntry, cacheRoot } from "../../engine/cache";
import { shell } from "../execute";
import { allImages } from "./images";
import { writeArchive } from "./ociImage";
import type { KubernetesPrograms } from "./programs";

/**
 * containerd's folder, with all images imported and unpacked. The nodes' own containerd makes it once in the
 * user's cache, and again when a program changes.
 */
export async function imageStore(
  releases: readonly KubernetesPrograms[],
  baseRoot: string,
  report: (line: string) => void,
): Promise<string> {
  const images = await allImages(releases, baseRoot);
  const recipe = [JSON.stringify(images), importArchive];
  const entry = await cacheEntry(
    cacheRoot(),
    { tool: "node-images", version: "1", recipe },
    async (folder) => {
      report("Making the nodes' container images (once) ...");
      const archive = path.join(folder, "images.tar");
      await writeArchive(archive, images);
      const files = ["containerd", "mnt"].map((name) => path.join(folder, name));
      for (const made of files) await mkdir(made);
      await writeFile(path.join(folder, "import"), importArchive);
      const namespaces = "unshare --mount --pid --fork --kill-child=SIGKILL";
      await shell(
        `${namespaces} sh -eu ${folder}/import ${baseRoot} ${folder}; rm -r ${folder}/mnt ${archive}`,
        {
          seconds: 300,
        },
      );
    },
    report,
  );
  return path.join(entry, "containerd");
}

/** In mount and process namespaces of its own: $1 is the base root, $2 the folder. */
const importArchive = `
mount --bind "$1" "$2/mnt"
mount -t proc proc "$2/mnt/proc"
mount -t tmpfs tmpfs "$2/mnt/run"
mount -t tmpfs tmpfs "$2/mnt/tmp"
mount --bind "$2" "$2/mnt/srv"
exec chroot "$2/mnt" sh -euc '
  containerd --root /srv/containerd --log-level error &
  until ctr version >/dev/null 2>&1; do sleep 0.1; done
  ctr --namespace k8s.io images import /srv/images.tar
  kill $!
  wait $! || true'
`;
