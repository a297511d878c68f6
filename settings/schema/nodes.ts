import { z } from "zod";
import { addonNames } from "../../addons/addons";
import { architecture, disk, group, instanceType, list, map, oneOf, release, text } from "../fields";
import { setting } from "./about";

export const controlPlane = group({
  size: setting(oneOf([1, 3, 5], "use 1, 3 or 5: etcd survives the loss of 0, 1 or 2 members").default(3), {
    description: "Number of controllers; each is an etcd member.",
    unit: "instances",
    change: "in place",
  }),
  instanceType: setting(instanceType.default("m7i.large"), {
    description:
      "Instance type with 2 vCPUs and 2 GiB of memory or more. Use 4 GiB or more except for a trial.",
    change: "rolls controllers",
  }),
  architecture: setting(architecture.default("amd64"), {
    description: "CPU architecture of `instanceType`.",
    change: "rolls controllers",
  }),
  diskGib: setting(disk.default(50), {
    description: "Size of the root volume, which holds etcd's data.",
    unit: "GiB",
    change: "rolls controllers",
  }),
})
  .meta({ description: "The controllers." })
  .prefault({});

export const versions = group({
  kubernetes: setting(
    text(release, "use an exact version such as 1.36.4, without v", "1.36.4").default("1.36.4"),
    { description: "Version of Kubernetes.", change: "all nodes" },
  ),
  etcd: setting(text(release, "use an exact version such as 3.6.14, without v", "3.6.14").default("3.6.14"), {
    description: "Version of etcd.",
    change: "rolls controllers",
  }),
  flatcar: setting(
    text(release, "use an exact Flatcar stable release such as 4757.2.1", "4757.2.1").default("4757.2.1"),
    { description: "Release of Flatcar's stable channel.", change: "all nodes" },
  ),
})
  .meta({ description: "Exact versions. Nothing on a node updates by itself." })
  .prefault({});

export const downloads = group({
  mirror: setting(
    text(
      /^https:\/\/[^\s?#]+[^\s?#/]$/,
      "use an https URL without a slash at its end",
      "https://mirror.example.com",
    ).optional(),
    {
      description:
        "Base URL that replaces the upstream hosts of the files of Kubernetes, etcd and the CNI plugins. Container images keep their registries.",
      absent: "upstream hosts",
      change: "all nodes",
    },
  ),
  sha256: setting(
    map(
      z.string(),
      text(/^[0-9a-f]{64}$/, "use 64 lower-case hexadecimal digits"),
      "use a map from file to sha256",
    ).default({}),
    {
      description:
        "SHA-256 by file, such as `kubelet-1.36.9-amd64`, for versions whose checksums the project does not know.",
      change: { nothing: "a file that no node downloads" },
    },
  ),
})
  .meta({ description: "Where nodes download from, and how they check the files." })
  .prefault({});

export const addons = group({
  manifests: setting(
    list(
      text(/^(?!\/)\S(.*\S)?$/, "use a path relative to the project", "manifests/site.yaml"),
      "use a list of files and folders",
    ).default([]),
    {
      description:
        "Your own manifests: files, or folders of .yaml and .yml files, relative to the project. They must hold no secrets.",
      change: "in place",
    },
  ),
  leaveOut: setting(
    list(z.enum(addonNames, { error: `use ${addonNames.join(", ")}` }), "use a list of add-ons").default([]),
    {
      description: "Add-ons of the project to leave out, such as flannel for another pod network.",
      change: {
        "in place": "most add-ons",
        "rolls the pool": "`aws-cloud-controller-manager`, every pool",
        "all nodes": "`flannel`",
      },
    },
  ),
})
  .meta({ description: "What controllers apply to the cluster, and keep as it is." })
  .prefault({});
