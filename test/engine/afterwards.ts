import type { Region } from "./region";
import type { Run } from "./stack";

/** What the release before noted of a cluster: nothing of what it stands in. */
const ofThisRelease = ["zones", "private-subnets", "public-subnets", "flatcar", "disk-keys"];

/** The region after a run of `pulumi up`. With `notes: "of before"`, one of the release before. */
export function afterwards(
  { resources, outputs }: Run,
  region: Region,
  notes: "all" | "of before" = "all",
): Region {
  const inputs = (type: string) => resources.filter((each) => each.type === type).map((each) => each.inputs);
  const objects = inputs("s3.BucketObjectv2");
  const kept = (metadata: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(metadata).filter(([note]) => notes === "all" || !ofThisRelease.includes(note)),
    );
  return {
    ...region,
    stored: objects.map(({ key }) => key),
    metadata: Object.fromEntries(
      objects.filter(({ metadata }) => metadata).map(({ key, metadata }) => [key, kept(metadata)]),
    ),
    ownSubnets: inputs("ec2.Subnet").map(({ availabilityZone, cidrBlock }, i) => ({
      id: `subnet-${i}`,
      zone: availabilityZone,
      cidr: cidrBlock,
    })),
    images: inputs("ec2.AmiCopy").map(({ name }) => name),
    lastOutputs: outputs,
  };
}
