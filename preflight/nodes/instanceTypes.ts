import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Architecture } from "../../plan/nodeImages";
import type { Settings } from "../../settings";
import { Mistake, together, WrongSettings } from "../../settings/errors";
import { bytesOf, coresOf } from "../../settings/quantities";
import { bastionType } from "../../plan/bastion";
import type { Place } from "../network/existingVpc";
import { refuseNew } from "../lookUp";

/** Properties of an instance type. */
export interface InstanceType {
  /** EC2's names of them. */
  readonly supportedArchitectures: readonly string[];
  readonly defaultVcpus: number;
  /** MiB. */
  readonly memorySize: number;
  /** `on-demand`, `spot` and others. */
  readonly supportedUsagesClasses: readonly string[];
}

/** An instance type in a setting, with its requirements. */
interface Named {
  readonly key: string;
  readonly type: string;
  readonly architecture: Architecture;
  readonly needs: Needs;
  readonly spot: boolean;
}

interface Needs {
  readonly who: string;
  readonly vcpus: number;
  readonly memoryMib: number;
}

/** EC2's name of it. */
const ec2Architecture = { amd64: "x86_64", arm64: "arm64" } as const;

/** kubeadm refuses a controller with less than 2 CPUs or 1700 MB (https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/install-kubeadm/). */
const controllerNeeds: Needs = { who: "a controller", vcpus: 2, memoryMib: 2048 };

/**
 * Besides the reserved memory: the pods of the add-ons that run on each node, and the 100Mi at which the
 * kubelet evicts.
 */
const ofEveryWorker = { cores: 0.2, memoryMib: 100 + 256 };
/** The least share of its memory that an instance can use; firmware and kernel use the rest. */
const usable = 0.92;

function workerNeeds({ systemReserved, kubeReserved }: Settings["workerPools"][string]["kubelet"]): Needs {
  const reserved = [systemReserved, kubeReserved];
  const cores = reserved.reduce((sum, { cpu }) => sum + coresOf(cpu), ofEveryWorker.cores);
  const bytes = reserved.reduce((sum, { memory }) => sum + bytesOf(memory), 0);
  return {
    who: "a worker with these systemReserved and kubeReserved",
    vcpus: Math.ceil(cores),
    memoryMib: Math.ceil((bytes / 2 ** 20 + ofEveryWorker.memoryMib) / usable),
  };
}

/** Every instance type in the settings. */
function namedTypes({ controlPlane, workerPools }: Settings): Named[] {
  const { instanceType: type, architecture } = controlPlane;
  const ofPools = Object.entries(workerPools).flatMap(([name, pool]) =>
    pool.instanceTypes.map((type, i) => ({
      key: `workerPools.${name}.instanceTypes[${i}]`,
      type,
      architecture: pool.architecture,
      needs: workerNeeds(pool.kubelet),
      spot: pool.spotPercent > 0,
    })),
  );
  const ofControllers = { type, architecture, needs: controllerNeeds, spot: false };
  return [{ key: "controlPlane.instanceType", ...ofControllers }, ...ofPools];
}

/** No setting names the type, so the remedy is another way to the nodes. */
const withoutBastion = (place: string): Mistake => ({
  key: "access.kind",
  value: "bastion",
  remedy: `${place} has no ${bastionType}, the instance type of the bastion: use instance-connect`,
});

/** Mistakes among the named types and the bastion's, given the region's types by name. */
export function judgeInstanceTypes(
  settings: Settings,
  offered: ReadonlyMap<string, InstanceType>,
  region: string,
): Mistake[] {
  const lacksBastion = settings.access.kind === "bastion" && !offered.has(bastionType);
  const ofNodes = namedTypes(settings).flatMap(({ key, type, ...wanted }): Mistake[] => {
    const facts = offered.get(type);
    const remedy = facts === undefined ? `${region} has no such instance type` : unfit(facts, wanted);
    return remedy === undefined ? [] : [{ key, value: type, remedy }];
  });
  return lacksBastion ? [...ofNodes, withoutBastion(region)] : ofNodes;
}

function unfit(
  facts: InstanceType,
  { architecture, needs, spot }: Omit<Named, "key" | "type">,
): string | undefined {
  const { supportedArchitectures: has, defaultVcpus: vcpus, memorySize } = facts;
  const other = architecture === "amd64" ? "arm64" : "amd64";
  if (!has.includes(ec2Architecture[architecture]))
    return has.includes(ec2Architecture[other])
      ? `this is an ${other} type; choose an ${architecture} one or set architecture: ${other}`
      : `this is a type for ${has.join(", ")}; choose an ${architecture} one`;
  if (vcpus < needs.vcpus || memorySize < needs.memoryMib)
    return `has ${vcpus} vCPU and ${memorySize} MiB, and ${needs.who} needs ${needs.vcpus} vCPU and ${needs.memoryMib} MiB: choose a larger type`;
  if (spot && !facts.supportedUsagesClasses.includes("spot"))
    return "there are no spot instances of it: choose another type or set spotPercent: 0";
  return undefined;
}

/**
 * The most types in one filter of EC2:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html
 */
const filterValues = 200;

/** Looks up the instance types in the settings, and the bastion's. Types that the region lacks are left out. */
export async function findInstanceTypes(
  settings: Settings,
  opts: pulumi.InvokeOptions,
): Promise<ReadonlyMap<string, InstanceType>> {
  const ofBastion = settings.access.kind === "bastion" ? [bastionType] : [];
  const named = [...new Set([...namedTypes(settings).map(({ type }) => type), ...ofBastion])];
  const parts = Array.from({ length: Math.ceil(named.length / filterValues) }, (_, i) =>
    named.slice(i * filterValues, (i + 1) * filterValues),
  );
  const answers = await Promise.all(
    parts.map((values) => aws.ec2.getInstanceTypes({ filters: [{ name: "instance-type", values }] }, opts)),
  );
  const offered = await Promise.all(
    answers
      .flatMap(({ instanceTypes }) => instanceTypes)
      .map(
        async (instanceType) =>
          [instanceType, await aws.ec2.getInstanceType({ instanceType }, opts)] as const,
      ),
  );
  return new Map(offered);
}

/** @throws WrongSettings that names each type that the region lacks, that is too small, or does not fit */
export function checkInstanceTypes(
  settings: Settings,
  offered: ReadonlyMap<string, InstanceType>,
  region: string,
): void {
  const mistakes = judgeInstanceTypes(settings, offered, region);
  if (mistakes.length > 0) throw new WrongSettings(...mistakes);
}

/**
 * A mistake if too few zones have the controllers' type. Auto Scaling would launch two controllers in one
 * zone and never rebalance them, so an outage of that zone would stop etcd. A pool needs no such check,
 * because it can lose a zone.
 * @param has zones that have the type
 */
export function controllersInFewZones(
  { size, instanceType }: Pick<Settings["controlPlane"], "size" | "instanceType">,
  zones: readonly string[],
  has: readonly string[],
): Mistake[] {
  const wanted = Math.min(size, zones.length);
  if (has.length === 0 || has.length >= wanted) return []; // checkTypesInZones reports a type without a zone
  const lacking = zones.filter((zone) => !has.includes(zone));
  const remedy = `${lacking.join(", ")} ${lacking.length === 1 ? "does" : "do"} not offer it, so all ${size} controllers would be in ${has.join(", ")}: name a type that ${wanted} zones have, or other zones`;
  return [{ key: "controlPlane.instanceType", value: instanceType, remedy }];
}

/**
 * Checks that some zone of each group offers one of its types, that enough zones offer the controllers' type,
 * and that the bastion's zone offers the bastion's type. Auto Scaling would retry a missing type for ever.
 * @throws WrongSettings that names each group without a type, and for a new cluster controllers that would
 * share a zone
 */
export async function checkTypesInZones(
  { access, controlPlane, workerPools }: Settings,
  { zones, existingVpc }: Place,
  isStanding: boolean,
  opts: pulumi.InvokeOptions,
): Promise<void> {
  const pools = Object.entries(workerPools).map(([name, pool]) => ({
    key: `workerPools.${name}.instanceTypes`,
    types: pool.instanceTypes,
    among: pool.zones ?? zones,
  }));
  const ofControllers = {
    key: "controlPlane.instanceType",
    types: [controlPlane.instanceType],
    among: zones,
  };
  const groups = [ofControllers, ...pools];
  const ofBastion = access.kind === "bastion" ? [existingVpc?.publicSubnets[0].zone ?? zones[0]] : [];
  const { instanceTypes, locations } = await aws.ec2.getInstanceTypeOfferings(
    {
      locationType: "availability-zone",
      filters: [{ name: "location", values: [...new Set([...zones, ...ofBastion])] }],
    },
    opts,
  );
  const offered = new Set(instanceTypes.map((type, i) => `${type} ${locations[i]}`));
  const mistakes = groups
    .filter(({ types, among }) => !types.some((type) => among.some((zone) => offered.has(`${type} ${zone}`))))
    .map(({ key, types, among }): Mistake => {
      const remedy = `${among.join(", ")} ${among.length === 1 ? "does" : "do"} not offer it: name a type that ${among.length === 1 ? "it offers" : "they offer"}, or other zones`;
      return { key, value: types.length === 1 ? types[0] : types, remedy };
    });
  const lacking = ofBastion.filter((zone) => !offered.has(`${bastionType} ${zone}`)).map(withoutBastion);
  const all = [...mistakes, ...lacking];
  const ofControllerType = zones.filter((zone) => offered.has(`${controlPlane.instanceType} ${zone}`));
  await together([
    all.length > 0 ? Promise.reject(new WrongSettings(...all)) : Promise.resolve(),
    refuseNew(controllersInFewZones(controlPlane, zones, ofControllerType), isStanding),
  ]);
}
