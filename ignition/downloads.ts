import checksums from "./checksums.json";
import { File } from "./spec";
import type { Architecture } from "../plan/nodeImages";

/** Where the release files come from, and how a file is known to be the right one. */
export interface DownloadSource {
  /** A URL that serves the publishers' hosts as folders, `<mirror>/dl.k8s.io/…`. @default the publishers themselves */
  mirror?: string;
  /** SHA-256 in hex by file name, such as `kubelet-1.36.9-amd64`; goes over the project's own table. */
  sha256: Readonly<Record<string, string>>;
}

/** One program of a publisher, for one kind of machine. */
export interface Release {
  name: "kubeadm" | "kubelet" | "kubectl" | "cni-plugins" | "etcd";
  /** Without v. */
  version: string;
  architecture: Architecture;
}

/** https://github.com/containernetworking/plugins/releases */
export const cniPluginsVersion = "1.9.1";

/** kubeadm and the kubelet with the CNI plugins: what every node runs. */
export function nodeReleases(kubernetesVersion: string, architecture: Architecture): Release[] {
  return [
    { name: "kubeadm", version: kubernetesVersion, architecture },
    { name: "kubelet", version: kubernetesVersion, architecture },
    { name: "cni-plugins", version: cniPluginsVersion, architecture },
  ];
}

/** etcd, and kubectl for the controllers' own chores. */
export function controllerReleases(
  kubernetesVersion: string,
  etcdVersion: string,
  architecture: Architecture,
): Release[] {
  return [
    ...nodeReleases(kubernetesVersion, architecture),
    { name: "kubectl", version: kubernetesVersion, architecture },
    { name: "etcd", version: etcdVersion, architecture },
  ];
}

/** Versions of a program that the project knows the checksums of, the oldest first. */
export function knownVersions(name: Release["name"]): string[] {
  const versions = Object.keys(checksums).flatMap((file) => {
    const [, program, version] = /^(.*)-([0-9.]+)-amd64$/.exec(file) ?? [];
    return program === name && version ? [version] : [];
  });
  return versions.sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
}

/** Names of the releases' files whose checksum nobody knows. */
export function unknownReleases(releases: readonly Release[], source: DownloadSource): string[] {
  const sha256 = knownChecksums(source);
  return releases.map(fileName).filter((name) => sha256[name] === undefined);
}

/**
 * The publishers' release files as Ignition fetches and verifies them: programs in /opt/bin (/usr is read-only),
 * archives in /opt/cluster/archives, where units of ours unpack them.
 * Throws an Error that names every file without a known checksum and the setting that gives it.
 */
export function findDownloads(releases: readonly Release[], source: DownloadSource): File[] {
  const sha256 = knownChecksums(source);
  const unknown = unknownReleases(releases, source);
  if (unknown.length > 0) {
    throw new Error(
      `no checksum is known for ${unknown.join(", ")}: give the publisher's SHA-256 of each in downloads.sha256`,
    );
  }
  return releases.map((release) => ({
    path: nodePath(release),
    mode: isProgram(release) ? 0o755 : 0o644,
    overwrite: true,
    contents: {
      source: url(release, source.mirror),
      verification: { hash: `sha256-${sha256[fileName(release)]}` },
    },
  }));
}

const knownChecksums = (source: DownloadSource): Readonly<Record<string, string>> => ({
  ...checksums,
  ...source.sha256,
});

const fileName = ({ name, version, architecture }: Release) => `${name}-${version}-${architecture}`;

const isProgram = ({ name }: Release) => name !== "etcd" && name !== "cni-plugins";

function nodePath(release: Release): string {
  if (isProgram(release)) return `/opt/bin/${release.name}`;
  return `/opt/cluster/archives/${release.name}.tar.gz`;
}

function url({ name, version, architecture }: Release, mirror: string | undefined): string {
  const host = (publisher: string) =>
    mirror ? `${mirror.replace(/\/$/, "")}/${publisher}` : `https://${publisher}`;
  switch (name) {
    case "etcd":
      return `${host("github.com")}/etcd-io/etcd/releases/download/v${version}/etcd-v${version}-linux-${architecture}.tar.gz`;
    case "cni-plugins":
      return `${host("github.com")}/containernetworking/plugins/releases/download/v${version}/cni-plugins-linux-${architecture}-v${version}.tgz`;
    case "kubeadm":
    case "kubectl":
    case "kubelet":
      return `${host("dl.k8s.io")}/release/v${version}/bin/linux/${architecture}/${name}`;
  }
}
