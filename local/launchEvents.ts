import { randomUUID } from "node:crypto";

/** The instance and the hook that an event is about. */
export interface Launch {
  readonly account: string;
  readonly region: string;
  readonly groupArn: string;
  readonly group: string;
  readonly hook: string;
  readonly instanceId: string;
}

/** An event as EventBridge hands it to a target (https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html). */
export interface AutoScalingEvent {
  readonly version: "0";
  readonly id: string;
  readonly "detail-type": string;
  readonly source: "aws.autoscaling";
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, string>>;
}

/**
 * The event that Auto Scaling sends when an instance that it launches waits for a lifecycle hook.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html
 */
export function launchEvent(launch: Launch, now = new Date()): AutoScalingEvent {
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": "EC2 Instance-launch Lifecycle Action",
    source: "aws.autoscaling",
    account: launch.account,
    time: now.toISOString().replace(/\.\d+Z$/, "Z"),
    region: launch.region,
    resources: [launch.groupArn],
    detail: {
      LifecycleActionToken: randomUUID(),
      AutoScalingGroupName: launch.group,
      LifecycleHookName: launch.hook,
      EC2InstanceId: launch.instanceId,
      LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
      Origin: "EC2",
      Destination: "AutoScalingGroup",
    },
  };
}
