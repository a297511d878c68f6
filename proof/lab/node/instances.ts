import { paginateDescribeInstances, type EC2Client, type Instance as Ec2Instance } from "@aws-sdk/client-ec2";
import type { GroupMember } from "../network/securityGroups";

/** An EC2 instance, as a description of its machine. */
export interface Instance extends GroupMember {
  readonly id: string;
  /** Such as `running`: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html */
  readonly state: string;
  readonly architecture: string;
  /** Private DNS name. */
  readonly hostname: string;
  readonly subnetId: string;
  /** Availability zone. */
  readonly zone: string;
}

/** The changes that make the machines equal to EC2's list. */
export interface Changes {
  /** Instances that run and have no machine yet. */
  readonly launched: readonly Instance[];
  /** Ids of machines whose instances no longer run. */
  readonly gone: readonly string[];
}

/** All instances that the local AWS lists, in any state. */
export async function describeInstances(client: EC2Client): Promise<Instance[]> {
  const instances: Instance[] = [];
  for await (const { Reservations = [] } of paginateDescribeInstances({ client }, {})) {
    instances.push(...Reservations.flatMap((reservation) => (reservation.Instances ?? []).map(instanceOf)));
  }
  return instances;
}

/** Compares EC2's list with the existing machines. An instance that EC2 no longer lists is gone, too. */
export function changes(instances: readonly Instance[], machines: readonly string[]): Changes {
  const running = instances.filter(({ state }) => state === "running");
  return {
    launched: running.filter(({ id }) => !machines.includes(id)),
    gone: machines.filter((machine) => !running.some(({ id }) => id === machine)),
  };
}

function instanceOf(instance: Ec2Instance): Instance {
  const { InstanceId = "", State, Architecture = "", PrivateDnsName = "", SubnetId = "" } = instance;
  return {
    id: InstanceId,
    state: State?.Name ?? "",
    architecture: Architecture,
    address: instance.PrivateIpAddress ?? "",
    hostname: PrivateDnsName,
    subnetId: SubnetId,
    zone: instance.Placement?.AvailabilityZone ?? "",
    groupIds: (instance.SecurityGroups ?? []).map(({ GroupId = "" }) => GroupId),
  };
}
