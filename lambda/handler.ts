import type { Instance } from "@aws-sdk/client-ec2";
import type { Change, ListResourceRecordSetsResponse, ResourceRecordSet } from "@aws-sdk/client-route-53";
import { membersAmong } from "./members";
import { reconcile } from "./reconcile";
import { uneven, unevenZones } from "./zones";

/** Fields of an event, for the log only: every event starts the same reconciliation. */
export interface StartingEvent {
  readonly "detail-type"?: string;
  readonly detail?: {
    readonly AutoScalingGroupName?: string;
    readonly EC2InstanceId?: string;
    /** Why a launch has failed. */
    readonly StatusMessage?: string;
  };
}

/**
 * The `callbackFactory` of the discovery function. Pulumi serialises it with everything that it refers to,
 * and Lambda calls it once per execution environment. It requires the SDK inside, because the SDK belongs to
 * the runtime, not to the package.
 * Environment: GROUP_NAME (Auto Scaling group of the controllers), ZONE_ID and ZONE_NAME (hosted zone; no
 * last dot). Timeout 30 seconds. Writes one JSON line per decision.
 */
export function handlerFactory(): (event?: StartingEvent) => Promise<void> {
  const { AutoScaling } =
    require("@aws-sdk/client-auto-scaling") as typeof import("@aws-sdk/client-auto-scaling");
  const { EC2, paginateDescribeInstances } =
    require("@aws-sdk/client-ec2") as typeof import("@aws-sdk/client-ec2");
  const { Route53 } = require("@aws-sdk/client-route-53") as typeof import("@aws-sdk/client-route-53");

  const { GROUP_NAME, ZONE_ID, ZONE_NAME } = process.env;
  if (!GROUP_NAME || !ZONE_ID || !ZONE_NAME) throw new Error("GROUP_NAME, ZONE_ID and ZONE_NAME must be set");
  const settings = {
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 2000, requestTimeout: 4000, throwOnRequestTimeout: true },
  };
  const autoScaling = new AutoScaling(settings);
  const ec2 = new EC2(settings);
  const route53 = new Route53(settings);

  const log = (line: object) => console.log(JSON.stringify(line));
  const wait = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

  const recordSets = async () => {
    const all: ResourceRecordSet[] = [];
    let page: Partial<ListResourceRecordSetsResponse> = {};
    do {
      page = await route53.listResourceRecordSets({
        HostedZoneId: ZONE_ID,
        StartRecordName: page.NextRecordName,
        StartRecordType: page.NextRecordType,
        StartRecordIdentifier: page.NextRecordIdentifier,
      });
      all.push(...(page.ResourceRecordSets ?? []));
    } while (page.IsTruncated);
    return all;
  };

  const members = async () => {
    const groups = await autoScaling.describeAutoScalingGroups({ AutoScalingGroupNames: [GROUP_NAME] });
    const group = groups.AutoScalingGroups?.[0];
    if (!group) log({ decision: "no members", reason: `there is no group ${GROUP_NAME}` });
    const zones = group && unevenZones(group);
    if (zones) log({ warning: uneven, zones });
    const query = { Filters: [{ Name: "tag:aws:autoscaling:groupName", Values: [GROUP_NAME] }] };
    const instances: Instance[] = [];
    for await (const page of paginateDescribeInstances({ client: ec2 }, query)) {
      page.Reservations?.forEach((reservation) => instances.push(...(reservation.Instances ?? [])));
    }
    return membersAmong(group?.Instances ?? [], instances);
  };

  const change = async (Changes: Change[]) => {
    await route53.changeResourceRecordSets({ HostedZoneId: ZONE_ID, ChangeBatch: { Changes } });
  };

  return async (event) => {
    const { AutoScalingGroupName, EC2InstanceId, StatusMessage } = event?.detail ?? {};
    log({
      decision: "reconcile",
      event: event?.["detail-type"],
      group: AutoScalingGroupName,
      instance: EC2InstanceId,
      message: StatusMessage,
    });
    await reconcile({ recordSets, members, change, log, wait }, ZONE_NAME);
  };
}
