import { poolGroup } from "../../plan/names";

/** Auto Scaling's event about a launch that has failed. The function logs its name, and an alarm looks for it there. */
export const failedLaunch = "EC2 Instance Launch Unsuccessful";

/**
 * Auto Scaling's events about the group:
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/automating-ec2-auto-scaling-with-eventbridge.html
 */
export function groupEvents(group: string) {
  return {
    source: ["aws.autoscaling"],
    "detail-type": [
      "EC2 Instance-launch Lifecycle Action",
      "EC2 Instance-terminate Lifecycle Action",
      "EC2 Instance Launch Successful",
      failedLaunch,
      "EC2 Instance Terminate Successful",
      "EC2 Instance Terminate Unsuccessful",
    ],
    detail: { AutoScalingGroupName: [group] },
  };
}

/** Failed launches of any pool of the cluster, also of pools that other stacks have made. */
export function poolEvents(cluster: string) {
  return {
    source: ["aws.autoscaling"],
    "detail-type": [failedLaunch],
    detail: { AutoScalingGroupName: [{ prefix: poolGroup(cluster, "") }] },
  };
}
