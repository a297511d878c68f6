import type { AutoScalingGroup } from "@aws-sdk/client-auto-scaling";

/** What the discovery function logs while the group's instances stand unevenly. An alarm looks for these words. */
export const uneven = "the controllers stand unevenly over their zones";

/**
 * How many instances in service each of the group's zones has, if one has at least two more than another. A group
 * launches elsewhere while a zone has no capacity, and does not move anything back while AZRebalance is suspended
 * (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AvailabilityZoneDistribution.html).
 */
export function unevenZones(group: AutoScalingGroup): Record<string, number> | undefined {
  const counts: Record<string, number> = {};
  for (const zone of group.AvailabilityZones ?? []) counts[zone] = 0;
  for (const { AvailabilityZone, LifecycleState } of group.Instances ?? [])
    if (AvailabilityZone && LifecycleState === "InService")
      counts[AvailabilityZone] = (counts[AvailabilityZone] ?? 0) + 1;
  const all = Object.values(counts);
  return Math.max(...all) - Math.min(...all) > 1 ? counts : undefined;
}
