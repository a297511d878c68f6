import { mkdir } from "node:fs/promises";
import path from "node:path";
import { cacheEntry, cacheRoot } from "../../../engine/cache";
import { kubernetesSource, type ConformancePrograms } from "../../../toolchain/conformance";
import { etcd } from "../../../toolchain/etcd";
import { execute, shell } from "../../execute";
import { writeArchive, type Image } from "../ociImage";
import { debootstrap } from "../../node/root";

/**
 * Programs that the tests call in images which upstream builds on Alpine or Debian. Here all images share one
 * Debian; busybox's image has nothing else.
 */
const packages = [
  ...["bash", "bind9-dnsutils", "busybox-static", "curl", "iproute2", "netcat-openbsd", "nginx-light"],
];

/** The root file systems below the images' own files. */
interface Roots {
  readonly debian: string;
  readonly busybox: string;
  readonly nnp: string;
}

/**
 * Archive of the container images that the specs' pods run, with the names that this release of the tests
 * uses. It is made once in the user's cache, and again when a program changes.
 */
export async function conformanceImages(
  programs: ConformancePrograms,
  report: (line: string) => void,
): Promise<string> {
  // The tests list them in another order each time.
  const names = (await execute(programs.e2eTest, ["--list-images"])).split("\n").sort();
  const recipe = [JSON.stringify([programs, packages, imagesOf(names, programs, inFolder("/"))]), arrange];
  const key = { tool: "conformance-images", version: "1", recipe };
  const entry = await cacheEntry(
    cacheRoot(),
    key,
    async (folder) => {
      report("Making the images of the conformance tests (once, about two minutes) ...");
      const roots = inFolder(path.join(folder, "roots"));
      await mkdir(path.join(folder, "roots"));
      await debootstrap(roots.debian, packages);
      const { agnhost, nnp } = programs;
      await shell(`set -- ${roots.debian} ${roots.busybox} ${roots.nnp} ${agnhost} ${nnp}; ${arrange}`);
      await writeArchive(path.join(folder, "images.tar"), imagesOf(names, programs, roots));
      await shell(`rm -r ${path.join(folder, "roots")}`);
    },
    report,
  );
  return path.join(entry, "images.tar");
}

const inFolder = (folder: string): Roots => ({
  debian: path.join(folder, "debian"),
  busybox: path.join(folder, "busybox"),
  nnp: path.join(folder, "nnp"),
});

/** $1 to $3 are the roots, $4 is the program of most pods, and $5 must belong to root with setuid. */
const arrange = `
rm -r "$1"/var/cache/apt "$1"/var/lib/apt/lists "$1"/usr/share/doc "$1"/usr/share/locale "$1"/usr/share/man
mkdir "$1"/uploads
install "$4" "$1"/agnhost
ln "$1"/agnhost "$1"/agnhost-2
mkdir -p "$2"/bin "$2"/etc "$2"/root "$2"/home "$2"/usr "$2"/var
mkdir -m 1777 "$2"/tmp
cp "$1"/bin/busybox "$2"/bin
chroot "$2" /bin/busybox --install -s /bin
echo root:x:0:0:root:/root:/bin/sh >"$2"/etc/passwd
echo root:x:0: >"$2"/etc/group
mkdir -p "$3"/usr/local/bin
install -m 4755 "$5" "$3"/usr/local/bin/nnp
`;

/** The images that can be made here, from all names that the tests list; a repository may have several tags. */
export function imagesOf(names: readonly string[], programs: ConformancePrograms, roots: Roots): Image[] {
  const recipes = recipesOf(programs, roots);
  return names.flatMap((name) => {
    const recipe = recipes[name.slice(0, name.lastIndexOf(":"))];
    return recipe ? [{ name, ...recipe }] : [];
  });
}

/** By repository; each as in its Dockerfile below test/images of Kubernetes' sources. */
function recipesOf(
  programs: ConformancePrograms,
  { debian, busybox, nnp }: Roots,
): Readonly<Record<string, Omit<Image, "name">>> {
  const source = (file: string) => kubernetesSource(`test/images/${file}`);
  const agnhost = {
    root: debian,
    entrypoint: ["/agnhost"],
    command: ["pause"],
    files: {
      "/localhost.crt": source("agnhost/porter/localhost.crt"),
      "/localhost.key": source("agnhost/porter/localhost.key"),
    },
  };
  const pictured = (name: string) => ({
    ...agnhost,
    command: ["test-webserver"],
    files: {
      ...agnhost.files,
      [`/${name}.jpg`]: source(`${name}/html/${name}.jpg`),
      "/data.json": source(`${name}/html/data.json`),
    },
  });
  const upstream = "registry.k8s.io/e2e-test-images";
  return {
    [`${upstream}/agnhost`]: agnhost,
    [`${upstream}/busybox`]: { root: busybox, entrypoint: [], command: ["sh"], files: {} },
    [`${upstream}/glibc-dns-testing`]: { root: debian, entrypoint: [], command: ["bash"], files: {} },
    [`${upstream}/kitten`]: pictured("kitten"),
    [`${upstream}/nautilus`]: pictured("nautilus"),
    [`${upstream}/nginx`]: {
      ...{ root: debian, entrypoint: [], command: ["nginx", "-g", "daemon off;"] },
      files: {},
    },
    [`${upstream}/nonewprivs`]: { root: nnp, entrypoint: [], command: ["nnp"], files: {} },
    [`${upstream}/sample-apiserver`]: {
      entrypoint: ["/sample-apiserver"],
      files: { "/sample-apiserver": programs.sampleApiserver },
    },
    "registry.k8s.io/etcd": {
      entrypoint: [],
      files: { "/usr/local/bin/etcd": etcd() },
    },
  };
}
