import { realpathSync } from "node:fs";
import path from "node:path";
import { clusterDnsVersion } from "../../toolchain/coredns";
import { kubernetesVersion } from "../../toolchain/kubernetes";
import { execute } from "../execute";
import type { Image } from "./ociImage";
import type { KubernetesPrograms } from "./programs";

/** What the drills' pods run; only the lab's nodes have it. */
export const podImage = "lab.internal/pod:1";

/**
 * What kubeadm pulls, the pause image that containerd's configuration names (`kubeadm config images list`), and the
 * drills' own.
 */
export async function kubernetesImages(programs: KubernetesPrograms, baseRoot: string): Promise<Image[]> {
  const program = (name: string, tag: string, file: string): Image => {
    const command = `/usr/local/bin/${path.posix.basename(name)}`;
    return { name: `registry.k8s.io/${name}:${tag}`, entrypoint: [command], files: { [command]: file } };
  };
  const release = `v${kubernetesVersion}`;
  const proxy = program("kube-proxy", release, programs.proxy);
  const dns = program("coredns/coredns", `v${clusterDnsVersion}`, programs.clusterDns);
  return [
    program("kube-apiserver", release, programs.apiserver),
    program("kube-controller-manager", release, programs.controllerManager),
    program("kube-scheduler", release, programs.scheduler),
    { ...proxy, files: { ...proxy.files, ...(await withLibraries(baseRoot, ["/usr/sbin/nft"])) } },
    { ...dns, entrypoint: ["/coredns"], files: { "/coredns": programs.clusterDns } },
    program("pause", "3.10.2", programs.pause),
    { name: podImage, entrypoint: ["/pod"], files: { "/pod": programs.pod } },
  ];
}

/** Programs of the base root with the libraries that they are linked to, by path. */
async function withLibraries(baseRoot: string, programs: readonly string[]): Promise<Record<string, string>> {
  const listed = await execute("chroot", [baseRoot, "ldd", ...programs]);
  const libraries = listed.match(/\/\S+(?= \(0x)/g) ?? [];
  const inRoot = (file: string) => {
    // Debian's /lib is a link, which the layer has not.
    const folder = realpathSync(path.join(baseRoot, path.dirname(file)));
    return path.join(folder, path.basename(file));
  };
  return Object.fromEntries([...programs, ...libraries].map((file) => [file, inRoot(file)]));
}
