import type { PublishedEvent } from "../../../local/publishedEvents";

/**
 * Seconds in which a controller leaves: its apiserver answers for 70 more, 30 are kubelet's for its end, and its etcd
 * member goes. The rest is for the looks of `lifecycle-watch`.
 */
export const hookSecondsLimit = 130;

/**
 * The longest time in seconds that one of these instances was in its terminate hook. A hook begins once the balancer has
 * drained the instance, and ends with the instance.
 * @throws Error for an instance without both events
 */
export function longestTerminateHook(
  events: readonly PublishedEvent[],
  instances: readonly string[],
): number {
  const timeOf = (type: string, instance: string): number => {
    const found = events.find(
      ({ event }) => event["detail-type"] === type && event.detail.EC2InstanceId === instance,
    );
    if (!found) throw new Error(`Auto Scaling has sent no "${type}" of ${instance}`);
    return Date.parse(found.event.time);
  };
  const seconds = instances.map(
    (instance) =>
      (timeOf("EC2 Instance Terminate Successful", instance) -
        timeOf("EC2 Instance-terminate Lifecycle Action", instance)) /
      1000,
  );
  return Math.max(...seconds);
}
