import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fill } from "../ignition/nodeFiles";
import { images } from "./images";
import type { ManifestFile } from "./manifests";

/** The add-ons that a stack may leave out: each is a file in `manifests/`. */
export const addonNames = [
  "aws-cloud-controller-manager",
  "aws-ebs-csi-driver",
  "cluster-autoscaler",
  "flannel",
  "metrics-server",
] as const;

export type AddonName = (typeof addonNames)[number];

/** The settings that decide which add-ons there are. */
export interface AddonSettings {
  readonly addons: { readonly leaveOut: readonly AddonName[] };
  /** Pools by name. */
  readonly workerPools: Readonly<Record<string, { readonly min: number; readonly max: number }>>;
}

/** The project's add-ons for a stack. The autoscaler is one only if there is a pool for it to size. */
export const wantedAddons = ({ addons, workerPools }: AddonSettings): AddonName[] =>
  addonNames
    .filter((name) => !addons.leaveOut.includes(name))
    .filter(
      (name) =>
        name !== "cluster-autoscaler" || Object.values(workerPools).some(({ min, max }) => min !== max),
    );

/** The cluster's facts in the manifests. */
export interface AddonFacts {
  readonly clusterName: string;
  readonly region: string;
  /** DNS name of the Kubernetes API. */
  readonly apiName: string;
  readonly podCidr: string;
  /** Keys of taints that are removed once a node is ready; one or more. */
  readonly startupTaints: readonly string[];
  /** ARN of the role of each add-on that calls AWS. */
  readonly roleArns: Readonly<Partial<Record<AddonName, string>>>;
}

/** The unchanged manifests of the named add-ons: images and facts are placeholders. */
export const addonFiles = (names: readonly AddonName[]): ManifestFile[] =>
  names.map((addon) => {
    const name = `${addon}.yaml`;
    return { name, text: readFileSync(join(__dirname, "manifests", name), "utf8") };
  });

/** The same with images and facts filled in. @throws Error if a placeholder has no value */
export function addonManifests(
  names: readonly AddonName[],
  { roleArns, startupTaints, ...facts }: AddonFacts,
): ManifestFile[] {
  const imageValues = Object.entries(images).map(([name, image]) => [`image.${name}`, image] as const);
  // In the manifest the placeholder is in a list and in quotes. Keys of taints contain no quotes.
  const startupTaintFlags = startupTaints.map((key) => `--startup-taint=${key}`).join('", "');
  const common = { ...facts, startupTaintFlags, ...Object.fromEntries(imageValues) };
  return addonFiles(names).map(({ name, text }, i) => {
    const roleArn = roleArns[names[i]];
    const values = roleArn === undefined ? common : { ...common, roleArn };
    return { name, text: fill(name, text, values, new Set()) };
  });
}
