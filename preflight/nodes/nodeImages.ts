import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Architecture } from "../../plan/nodeImages";
import type { Settings } from "../../settings";
import { together, WrongSettings } from "../../settings/errors";
import { copyName, type NodeImage } from "../../plan/nodeImages";

/** Flatcar's account: https://www.flatcar.org/docs/latest/installing/cloud/aws-ec2/ */
export const flatcarOwner = "075585003325";
/** The only partition that Flatcar publishes images in: https://github.com/flatcar/Flatcar/issues/257 */
const flatcarPartition = "aws";

/**
 * Looks up the images of the release, and those of the release before that the cluster still has, for going
 * back. A copy of the cluster's own is enough: Flatcar deletes its images after nine months.
 * @param releases in the cluster's notes, the newest first
 * @throws WrongSettings when there is neither a copy nor a published image, or the partition has none
 */
export async function findImages(
  settings: Settings,
  { region, partition }: { readonly region: string; readonly partition: string },
  releases: readonly string[] | undefined,
  opts: pulumi.InvokeOptions,
): Promise<NodeImage[]> {
  const release = settings.versions.flatcar;
  if (partition !== flatcarPartition) {
    const remedy = `not supported: Flatcar publishes no image for ${region}, which is in the partition ${partition}`;
    throw new WrongSettings({ key: "versions.flatcar", value: release, remedy });
  }
  const architectures = [
    ...new Set<Architecture>([
      settings.controlPlane.architecture,
      ...Object.values(settings.workerPools).map((pool) => pool.architecture),
      ...(settings.access.kind === "bastion" ? (["amd64"] as const) : []),
    ]),
  ];
  const before = releases?.find((each) => each !== release);
  const [images, older] = await together([
    together(
      architectures.map(async (architecture) => ({
        ...{ release, architecture },
        sourceAmiId: await findSource(settings.name, release, architecture, region, opts),
      })),
    ),
    before === undefined ? Promise.resolve([]) : findCopies(settings.name, before, architectures, opts),
  ]);
  return [...images, ...older];
}

async function findCopies(
  cluster: string,
  release: string,
  architectures: readonly Architecture[],
  opts: pulumi.InvokeOptions,
): Promise<NodeImage[]> {
  const copies = architectures.map(async (architecture) => {
    const sourceAmiId = await findCopy(cluster, release, architecture, opts);
    return sourceAmiId === undefined ? [] : [{ release, architecture, sourceAmiId }];
  });
  return (await Promise.all(copies)).flat();
}

async function findSource(
  cluster: string,
  release: string,
  architecture: Architecture,
  region: string,
  opts: pulumi.InvokeOptions,
): Promise<string> {
  const [copy, published] = await Promise.all([
    findCopy(cluster, release, architecture, opts),
    findImage(flatcarOwner, flatcarImage(release, architecture), opts),
  ]);
  if (published !== undefined) return published;
  const newest = await newestRelease(architecture, opts);
  const gone = `Flatcar publishes no ${architecture} image of it in ${region}, and deletes images after nine months`;
  const instead = newest === undefined ? "there is no other" : `the newest is ${newest}`;
  if (copy === undefined) {
    throw new WrongSettings({ key: "versions.flatcar", value: release, remedy: `${gone}: ${instead}` });
  }
  await pulumi.log.warn(
    `versions.flatcar: ${release}: ${gone}. Nodes keep this cluster's copy, which gets no fixes: ${instead}`,
  );
  return copy;
}

const flatcarImage = (release: string, architecture: Architecture) => ({
  name: `Flatcar-stable-${release}-*`,
  architecture: architecture === "amd64" ? "x86_64" : "arm64",
});

const findCopy = (cluster: string, release: string, architecture: Architecture, opts: pulumi.InvokeOptions) =>
  findImage("self", { name: copyName(cluster, release, architecture), state: "available" }, opts);

const asFilters = (wanted: Readonly<Record<string, string>>) =>
  Object.entries(wanted).map(([name, value]) => ({ name, values: [value] }));

async function findImage(
  owner: string,
  wanted: Readonly<Record<string, string>>,
  opts: pulumi.InvokeOptions,
): Promise<string | undefined> {
  const query = { owners: [owner], filters: asFilters(wanted), includeDeprecated: true };
  return (await aws.ec2.getAmiIds(query, opts)).ids[0];
}

/** Flatcar's newest release; undefined if it has none for this architecture here. */
async function newestRelease(
  architecture: Architecture,
  opts: pulumi.InvokeOptions,
): Promise<string | undefined> {
  const filters = asFilters(flatcarImage("*", architecture));
  const { ids } = await aws.ec2.getAmiIds({ owners: [flatcarOwner], filters }, opts);
  if (ids.length === 0) return undefined;
  const { name } = await aws.ec2.getAmi({ owners: [flatcarOwner], mostRecent: true, filters }, opts);
  return /^Flatcar-stable-([\d.]+)-/.exec(name)?.[1];
}
