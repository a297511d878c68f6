import type { Instance as GroupInstance } from "@aws-sdk/client-auto-scaling";
import type { Instance } from "@aws-sdk/client-ec2";
import type { Member } from "./records";

/**
 * Instances that count as members: Pending, InService, Standby (etcd runs on), or Terminating:Wait (the terminate hook of a
 * leaving member is still open). An instance without an address, or one that EC2 has ended, does not count.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html
 */
export function membersAmong(inGroup: readonly GroupInstance[], inEc2: readonly Instance[]): Member[] {
  return inGroup.flatMap(({ InstanceId: instanceId, LifecycleState: lifecycleState }): Member[] => {
    const instance = inEc2.find((candidate) => candidate.InstanceId === instanceId);
    const privateAddress = instance?.PrivateIpAddress;
    if (!instanceId || !privateAddress) return [];
    if (
      !/^(Pending(:Wait|:Proceed)?|InService|(Entering)?Standby|Terminating(:Wait)?)$/.test(
        `${lifecycleState}`,
      )
    )
      return [];
    if (/^(shutting-down|terminated)$/.test(`${instance.State?.Name}`)) return [];
    return [{ instanceId, privateAddress }];
  });
}
