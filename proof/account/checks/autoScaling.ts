import { AutoScaling } from "@aws-sdk/client-auto-scaling";
import { EC2 } from "@aws-sdk/client-ec2";
import { bastionType } from "../../../plan/bastion";
import { type CheckedAccount, holds, type Part, passed, toLookAt } from "../check";
import { GroupEvents } from "../groupEvents";
import { newestFlatcar } from "../flatcar";
import { makeVpc, tags } from "../made";
import { measure, within } from "../measure";

/** Seconds that a launch or a termination may take, and how long the check waits for it. */
const usual = 120;
const longest = 600;
/** A rule "might take a short time": https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule.html */
const ruleUsual = 60;

const hooks = [
  { LifecycleHookName: "launch", LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING" },
  { LifecycleHookName: "terminate", LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING" },
] as const;
const launchEvent = "EC2 Instance-launch Lifecycle Action";
const terminateEvent = "EC2 Instance-terminate Lifecycle Action";
/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html */
const fields =
  "AutoScalingGroupName, Destination, EC2InstanceId, LifecycleActionToken, LifecycleHookName, LifecycleTransition, Origin";

/** An instance that comes and goes, with the hooks that all groups of a cluster have. */
export const autoScaling: Part = {
  name: "Auto Scaling and EventBridge",
  makes: `a group with one ${bastionType} of Flatcar in that VPC, without a way to the internet, and a rule that sends its events to a queue`,
  checks: [
    {
      what: "the first event through a new rule",
      expected: `within ${ruleUsual} s`,
      local: "at once",
      risk: "the discovery function misses the first launches, until its look of the next minute",
    },
    {
      what: "the event of a launch hook",
      expected: `within ${usual} s`,
      local: "within a second",
      risk: "controllers find each other later",
    },
    {
      what: "the fields of that event",
      expected: fields,
      local: "the same",
      risk: "the discovery function does not know the instance",
    },
    {
      what: "the instance's state when the event comes",
      expected: "Pending:Wait",
      local: "Pending:Wait",
      risk: "the function does not count the new controller until its next look",
    },
    {
      what: "a completed launch hook puts the instance in service",
      expected: `within ${usual} s`,
      local: "at once",
      risk: "a rollout takes longer",
    },
    {
      what: "the hook is completed once more",
      expected: "ValidationError: No active Lifecycle Action",
      local: "the same",
      risk: "scripts of nodes take another error for one that passes, and try again for ever",
    },
    {
      what: "the event of a terminate hook",
      expected: `within ${usual} s`,
      local: "within a second",
      risk: "a controller is removed later",
    },
    {
      what: "a completed terminate hook ends the instance",
      expected: `within ${longest} s`,
      local: "at once",
      risk: "the hook's time-out decides, 10 minutes for each controller",
    },
  ],
  look: async function* (account: CheckedAccount) {
    const { name, signal } = account;
    const patience = { seconds: longest, signal };
    const client = new AutoScaling({});
    const events = await GroupEvents.open(account);
    const rule = await measure("an event through the rule", { seconds: 5 * ruleUsual, signal }, () =>
      events.sendAndFind(),
    );
    yield within(rule.seconds, ruleUsual);

    await makeGroup(client, name);
    const launch = await measure("the event of a launch hook", patience, async () => {
      await refuseFailedLaunch(client, name);
      return events.find(launchEvent);
    });
    yield within(launch.seconds, usual);
    const detail = launch.value;
    const has = Object.keys(detail).sort().join(", ");
    yield holds(has === fields, has === fields ? "all" : has);
    const id = String(detail.EC2InstanceId);
    const state = await stateOf(client, id);
    yield state === "Pending:Wait" ? passed(state) : toLookAt(state ?? "none");

    const complete = (hook: string) =>
      client.completeLifecycleAction({
        AutoScalingGroupName: name,
        LifecycleHookName: hook,
        InstanceId: id,
        LifecycleActionResult: "CONTINUE",
      });
    await complete("launch");
    const service = await measure(
      "in service",
      patience,
      async () => (await stateOf(client, id)) === "InService",
    );
    yield within(service.seconds, usual);
    const again = await complete("launch").then(
      () => "no error",
      (error: Error) => `${error.name}: ${error.message}`,
    );
    yield holds(/^ValidationError: No active Lifecycle Action/.test(again), again);

    await client.updateAutoScalingGroup({ AutoScalingGroupName: name, DesiredCapacity: 0 });
    const terminate = await measure("the event of a terminate hook", patience, () =>
      events.find(terminateEvent),
    );
    yield within(terminate.seconds, usual);
    await complete("terminate");
    const gone = await measure("gone", patience, async () => (await stateOf(client, id)) === undefined);
    yield within(gone.seconds, longest);
  },
};

async function makeGroup(client: AutoScaling, name: string): Promise<void> {
  const ec2 = new EC2({});
  const { ImageId } = await newestFlatcar(ec2);
  const vpc = await makeVpc(name);
  const Tags = tags(name);
  const { Subnet } = await ec2.createSubnet({
    VpcId: vpc,
    CidrBlock: "10.255.255.0/28",
    AvailabilityZone: await zoneWith(ec2, bastionType),
    TagSpecifications: [{ ResourceType: "subnet", Tags }],
  });
  await ec2.createLaunchTemplate({
    LaunchTemplateName: name,
    TagSpecifications: [{ ResourceType: "launch-template", Tags }],
    LaunchTemplateData: {
      ImageId,
      InstanceType: bastionType,
      MetadataOptions: { HttpTokens: "required" },
      TagSpecifications: [
        { ResourceType: "instance", Tags },
        { ResourceType: "volume", Tags },
      ],
    },
  });
  await client.createAutoScalingGroup({
    AutoScalingGroupName: name,
    MinSize: 0,
    MaxSize: 1,
    DesiredCapacity: 1,
    VPCZoneIdentifier: Subnet?.SubnetId,
    LaunchTemplate: { LaunchTemplateName: name, Version: "1" },
    LifecycleHookSpecificationList: hooks.map((hook) => ({
      ...hook,
      DefaultResult: "CONTINUE",
      HeartbeatTimeout: longest,
    })),
    Tags: Tags.map((tag) => ({ ...tag, PropagateAtLaunch: true })),
  });
}

/** Not every zone has every type. */
async function zoneWith(ec2: EC2, type: string): Promise<string | undefined> {
  const { InstanceTypeOfferings: [offering] = [] } = await ec2.describeInstanceTypeOfferings({
    LocationType: "availability-zone",
    Filters: [{ Name: "instance-type", Values: [type] }],
  });
  return offering?.Location;
}

const stateOf = async (client: AutoScaling, id: string): Promise<string | undefined> =>
  (await client.describeAutoScalingInstances({ InstanceIds: [id] })).AutoScalingInstances?.[0]
    ?.LifecycleState;

/** Auto Scaling tries a launch again without an end. One that failed is a finding already. */
async function refuseFailedLaunch(client: AutoScaling, name: string): Promise<void> {
  const { Activities = [] } = await client.describeScalingActivities({ AutoScalingGroupName: name });
  const activity = Activities.find(({ StatusCode }) => StatusCode === "Failed");
  if (activity !== undefined) throw new Error(`the launch failed: ${activity.StatusMessage}`);
}
