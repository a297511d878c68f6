import { readdirSync, realpathSync } from "node:fs";
import path from "node:path";
import { addonVersions } from "../../toolchain/addons";
import { clusterDnsVersion } from "../../toolchain/coredns";
import { execute } from "../execute";
import type { Image } from "./ociImage";
import type { KubernetesPrograms } from "./programs";

/** The image of the drills' pods; only the lab's nodes have it. */
export const podImage = "lab.internal/pod:1";

const program = (name: string, tag: string, file: string): Image => {
  const command = `/usr/local/bin/${path.posix.basename(name)}`;
  return { name: `registry.k8s.io/${name}:${tag}`, entrypoint: [command], files: { [command]: file } };
};

/**
 * All images of the lab's nodes, with their upstream names: those that kubeadm pulls, of add-ons, and of the
 * drills.
 */
export async function allImages(releases: readonly KubernetesPrograms[], baseRoot: string): Promise<Image[]> {
  const images: Image[] = [];
  for (const programs of releases) {
    images.push(...(await kubeadmImages(programs, baseRoot)), ...(await addonImages(programs, baseRoot)), {
      name: podImage,
      entrypoint: ["/pod"],
      files: { "/pod": programs.pod },
    });
  }
  return [...new Map(images.map((image) => [image.name, image])).values()];
}

/**
 * `kubeadm config images list` without etcd, and with the pause image that containerd's configuration names.
 */
async function kubeadmImages(programs: KubernetesPrograms, baseRoot: string): Promise<Image[]> {
  const release = `v${programs.release}`;
  const proxy = program("kube-proxy", release, programs.proxy);
  const dns = program("coredns/coredns", `v${clusterDnsVersion(programs.release)}`, programs.clusterDns);
  return [
    program("kube-apiserver", release, programs.apiserver),
    program("kube-controller-manager", release, programs.controllerManager),
    program("kube-scheduler", release, programs.scheduler),
    {
      ...proxy,
      files: {
        ...proxy.files,
        ...(await withLibraries(baseRoot, { "/usr/sbin/nft": "/usr/sbin/nft" })),
        // Without this file nft prints protocols as numbers, and kube-proxy does not recognise its own rules.
        "/etc/protocols": "/etc/protocols",
      },
    },
    { ...dns, entrypoint: ["/coredns"], files: { "/coredns": programs.clusterDns } },
    program("pause", "3.10.2", programs.pause),
  ];
}

const iptables = ["iptables", "ip6tables"].flatMap((name) => [name, `${name}-save`, `${name}-restore`]);
const iptablesExtensions = "/usr/lib/x86_64-linux-gnu/xtables";

async function addonImages(programs: KubernetesPrograms, baseRoot: string): Promise<Image[]> {
  const tables = iptables.map((name) => [`/usr/sbin/${name}`, "/usr/sbin/xtables-nft-multi"] as const);
  const extensions = readdirSync(path.join(baseRoot, iptablesExtensions)).map((name) => {
    const file = `${iptablesExtensions}/${name}`;
    return [file, path.join(baseRoot, file)] as const;
  });
  return [
    {
      name: `ghcr.io/flannel-io/flannel:v${addonVersions.flannel}`,
      entrypoint: ["/opt/bin/flanneld"],
      files: {
        "/opt/bin/flanneld": programs.flannel.daemon,
        "/opt/bin/install-conf": programs.flannel.installConf,
        ...(await withLibraries(baseRoot, Object.fromEntries(tables))),
        ...Object.fromEntries(extensions),
      },
    },
    {
      name: `ghcr.io/flannel-io/flannel-cni-plugin:${addonVersions.flannelCniPlugin}`,
      entrypoint: [],
      files: {
        "/flannel": programs.flannelCni,
        ...(await withLibraries(baseRoot, { "/usr/bin/cp": "/usr/bin/cp" })),
      },
    },
    program(
      "provider-aws/cloud-controller-manager",
      `v${addonVersions.cloudControllerManager}`,
      programs.cloudControllerManager,
    ),
    program("metrics-server/metrics-server", `v${addonVersions.metricsServer}`, programs.metricsServer),
  ];
}

/** Programs of the base root by their path in the image, with the libraries that they are linked to. */
async function withLibraries(
  baseRoot: string,
  programs: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const listed = await execute("chroot", [baseRoot, "ldd", ...new Set(Object.values(programs))]);
  const libraries = listed.match(/\/\S+(?= \(0x)/g) ?? [];
  const inRoot = (file: string) => {
    // Debian's /lib is a link, which the layer lacks.
    const folder = realpathSync(path.join(baseRoot, path.dirname(file)));
    return path.join(folder, path.basename(file));
  };
  return Object.fromEntries(
    [...Object.entries(programs), ...libraries.map((file) => [file, file] as const)].map(([file, source]) => [
      file,
      inRoot(source),
    ]),
  );
}
