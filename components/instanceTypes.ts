import * as aws from "@pulumi/aws";
import type { Architecture } from "../ignition/downloads";
import type { Settings } from "../settings";
import { Mistake, WrongSettings } from "../settings/mistakes";

/** An instance type where a setting names it. */
interface Named {
  readonly key: string;
  readonly type: string;
  readonly architecture: Architecture;
}

/** As EC2 calls it. */
const ec2Architecture = { amd64: "x86_64", arm64: "arm64" } as const;

/** Every instance type that the settings name. */
function namedTypes({ controlPlane, workerPools }: Settings): Named[] {
  const { instanceType: type, architecture } = controlPlane;
  const ofPools = Object.entries(workerPools).flatMap(([name, pool]) =>
    pool.instanceTypes.map((type, i) => ({
      key: `workerPools.${name}.instanceTypes[${i}]`,
      type,
      architecture: pool.architecture,
    })),
  );
  return [{ key: "controlPlane.instanceType", type, architecture }, ...ofPools];
}

/** What is wrong with the named types, given the region's types by architecture. */
export function judgeInstanceTypes(
  settings: Settings,
  offered: Readonly<Record<Architecture, readonly string[]>>,
  region: string,
): Mistake[] {
  return namedTypes(settings).flatMap(({ key, type, architecture }): Mistake[] => {
    if (offered[architecture].includes(type)) return [];
    const other = architecture === "amd64" ? "arm64" : "amd64";
    const remedy = offered[other].includes(type)
      ? `this is an ${other} type; choose an ${architecture} one or set architecture: ${other}`
      : `${region} has no such instance type`;
    return [{ key, value: type, remedy }];
  });
}

/**
 * Looks up the instance types that the settings name. That a zone has none of a type is no mistake: Auto Scaling takes another
 * zone, or another type.
 *
 * @throws WrongSettings that names each which the region does not have, or which is of another architecture
 */
export async function checkInstanceTypes(settings: Settings, region: string): Promise<void> {
  const types = [...new Set(namedTypes(settings).map(({ type }) => type))];
  const offered = async (architecture: Architecture) => {
    const filters = [
      { name: "instance-type", values: types },
      { name: "processor-info.supported-architecture", values: [ec2Architecture[architecture]] },
    ];
    return (await aws.ec2.getInstanceTypes({ filters })).instanceTypes;
  };
  const [amd64, arm64] = await Promise.all([offered("amd64"), offered("arm64")]);
  const mistakes = judgeInstanceTypes(settings, { amd64, arm64 }, region);
  if (mistakes.length > 0) throw new WrongSettings(...mistakes);
}
