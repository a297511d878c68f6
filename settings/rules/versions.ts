import { controllerReleases, knownVersions, nodeReleases, unknownReleases } from "../../ignition/downloads";
import type { Mistake } from "../errors";
import type { Settings } from "../schema/cluster";
import { mistakeIf, Rule } from "./rule";

function unsupported({ versions: { kubernetes, etcd } }: Settings): Mistake[] {
  return [
    ...mistakeIf(
      // kubeadm of 1.36.0 calls the balancer before a controller can be behind it.
      !/^1\.(36\.[1-9]\d*|37\.\d+)$/.test(kubernetes),
      "versions.kubernetes",
      kubernetes,
      "use 1.36.1 or newer, or 1.37: the node files are written for these",
    ),
    ...mistakeIf(
      !/^3\.[67]\./.test(etcd),
      "versions.etcd",
      etcd,
      "use 3.6 or 3.7: the node files are written for these",
    ),
  ];
}

function withoutChecksum({ versions, downloads, controlPlane, workerPools }: Settings): Mistake[] {
  const ofPools = Object.values(workerPools).map((pool) => pool.architecture);
  const releases = [
    ...controllerReleases(versions.kubernetes, versions.etcd, controlPlane.architecture),
    ...ofPools.flatMap((architecture) => nodeReleases(versions.kubernetes, architecture)),
  ];
  const unknown = [...new Set(unknownReleases(releases, downloads))];
  return (["kubernetes", "etcd"] as const).flatMap((which) => {
    const files = unknown.filter((file) => file.startsWith("etcd-") === (which === "etcd"));
    const known = knownVersions(which === "etcd" ? "etcd" : "kubelet").join(", ");
    const remedy = `no checksum is known for ${files.join(", ")}: use ${known}, or give the publisher's SHA-256 of each in downloads.sha256`;
    return mistakeIf(files.length > 0, `versions.${which}`, versions[which], remedy);
  });
}

export const versionRules: readonly Rule[] = [
  (settings) => {
    const mistakes = unsupported(settings);
    return mistakes.length > 0 ? mistakes : withoutChecksum(settings);
  },
];
