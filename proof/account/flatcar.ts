import { EC2, type Image, paginateDescribeImages } from "@aws-sdk/client-ec2";
import { flatcarOwner } from "../../preflight/nodes/nodeImages";

/**
 * The newest image of Flatcar's stable channel for x86_64 in the region.
 * @throws Error if there is none
 */
export async function newestFlatcar(client: EC2): Promise<Image> {
  const images: Image[] = [];
  const query = {
    Owners: [flatcarOwner],
    Filters: [
      { Name: "name", Values: ["Flatcar-stable-*"] },
      { Name: "architecture", Values: ["x86_64"] },
    ],
  };
  for await (const page of paginateDescribeImages({ client }, query)) images.push(...(page.Images ?? []));
  const byDate = images.sort((a, b) => (a.CreationDate ?? "").localeCompare(b.CreationDate ?? ""));
  const newest = byDate.at(-1);
  if (newest === undefined) throw new Error(`the account ${flatcarOwner} has no image Flatcar-stable-*`);
  return newest;
}
