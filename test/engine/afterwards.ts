import type { Region } from "./region";
import type { Run } from "./stack";

/** The region after a run of `pulumi up`. With `notes: "lost"`, a hand has written the object anew that had them. */
export function afterwards(
  { resources, outputs }: Run,
  region: Region,
  notes: "kept" | "lost" = "kept",
): Region {
  const inputs = (type: string) => resources.filter((each) => each.type === type).map((each) => each.inputs);
  const objects = inputs("s3.BucketObjectv2");
  return {
    ...region,
    stored: objects.map(({ key }) => key),
    metadata: Object.fromEntries(
      objects
        .filter(({ metadata }) => metadata)
        .map(({ key, metadata }) => [key, notes === "kept" ? metadata : {}]),
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
