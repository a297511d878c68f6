import { AutoScaling } from "@aws-sdk/client-auto-scaling";
import { EC2 } from "@aws-sdk/client-ec2";
import assert from "node:assert/strict";
import { account } from "../deployedFunction";
import { makeSubnets, TestGroup } from "../autoScalingGroup";
import { eventually } from "../eventually";
import { region, withLocalAws } from "../localAws";
import { published } from "../rules";
import { measure, setAhead } from "./mood";

/** Longer than Auto Scaling waits between two failed launches. */
const patience = 3600;

/** The StatusMessages of a group's failed launches, each once. */
async function failures(group: TestGroup): Promise<string[]> {
  const { Activities = [] } = await group.autoScaling.describeScalingActivities({
    AutoScalingGroupName: group.name,
  });
  const failed = Activities.filter(({ StatusCode }) => StatusCode === "Failed");
  return [...new Set(failed.map(({ StatusMessage = "" }) => StatusMessage))];
}

/** The details of the events that tell of a group's failed launches. */
const unsuccessful = async (group: TestGroup) =>
  (await published())
    .filter(({ event }) => event["detail-type"] === "EC2 Instance Launch Unsuccessful")
    .map(({ event }) => event.detail as { AutoScalingGroupName?: string; StatusMessage?: string })
    .filter(({ AutoScalingGroupName }) => AutoScalingGroupName === group.name);

const failure = (group: TestGroup) =>
  eventually(`a failed launch of ${group.name}`, async () => {
    const [first] = await failures(group);
    return first;
  });

const zones = async (group: TestGroup) =>
  new Set((await group.describe()).instances.map(({ zone }) => zone.slice(-1)));

for (const mood of ["instant", "typical"] as const) {
  describe(`launches, if the mood is ${mood}`, () => {
    withLocalAws(["--machines", "--mood", mood]);

    it("succeed in every zone, also those of the first group of an account", async () => {
      const group = await new TestGroup("first").create(await makeSubnets());
      await group.idsOnce("Pending:Wait", 3);
      assert.deepEqual([...(await zones(group))].sort(), ["a", "b", "c"]);
      assert.deepEqual(await failures(group), []);
    });
  });
}

describe("launches, if the mood is worst", () => {
  const aws = withLocalAws(["--machines", "--mood", "worst"]);
  const { seconds: roleSeconds = 0 } = measure("service-linked-role", "worst");
  const { seconds = 0 } = measure("launch-failure", "worst");
  const now = { ahead: 0 };
  const wait = async (more: number) => setAhead(aws.url, (now.ahead += more));
  let subnets: string[];

  it("fail in the first group of an account until Auto Scaling can assume its role", async () => {
    subnets = await makeSubnets();
    const group = await new TestGroup("first").create(subnets);
    assert.equal(
      await failure(group),
      `Access denied when attempting to assume role arn:aws:iam::${account}:role/aws-service-role/` +
        "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling. Launching EC2 instance failed.",
    );
    const [told] = await unsuccessful(group);
    assert.match(told?.StatusMessage ?? "", /^Access denied when attempting to assume role/);
    await wait(roleSeconds + patience);
    await group.idsOnce("Pending:Wait", 3);
  });

  it(`fail for ${seconds} seconds in the first zone of a type, go to the others, and then come back`, async () => {
    const group = new TestGroup("other-type");
    await group.create(subnets, { MinSize: 0, MaxSize: 4, DesiredCapacity: 0 });
    await group.launches({ InstanceType: "t3.large" });
    const grow = (DesiredCapacity: number) =>
      group.autoScaling.updateAutoScalingGroup({ AutoScalingGroupName: group.name, DesiredCapacity });
    await grow(3);
    await group.idsOnce("Pending:Wait", 3);
    assert.deepEqual([...(await zones(group))].sort(), ["b", "c"]);
    const message = `We currently do not have sufficient t3.large capacity in the Availability Zone you requested (${region}a). Launching EC2 instance failed.`;
    assert.deepEqual(await failures(group), [message]);
    assert.equal((await unsuccessful(group))[0]?.StatusMessage, message);
    await wait(seconds);
    await grow(4);
    await group.idsOnce("Pending:Wait", 4);
    assert.deepEqual([...(await zones(group))].sort(), ["a", "b", "c"]);
  });

  it("fail beyond the account's quota until it is raised", async () => {
    const quotas = async (values: object) => {
      const answer = await fetch(`${aws.url}/local-aws/quotas`, {
        method: "PUT",
        body: JSON.stringify(values),
      });
      assert.equal(answer.status, 200);
    };
    await quotas({ "L-1216C47A": 5 });
    const group = await new TestGroup("beyond").create(subnets);
    assert.match(
      await failure(group),
      /^You have requested more vCPU capacity than your current vCPU limit of 5 allows/,
    );
    await quotas({});
    await wait(patience);
    await group.idsOnce("Pending:Wait", 3);
  });

  it("fail in a zone that does not have the type", async () => {
    const { InstanceTypeOfferings = [] } = await new EC2({}).describeInstanceTypeOfferings({
      LocationType: "availability-zone",
    });
    const inZone = new Set(
      InstanceTypeOfferings.filter(({ Location }) => Location === `${region}a`).map(
        (offer) => offer.InstanceType,
      ),
    );
    const type = InstanceTypeOfferings.find(({ InstanceType }) => !inZone.has(InstanceType))?.InstanceType;
    const group = await new TestGroup("not-offered").create(subnets.slice(0, 1), {
      ...{ MinSize: 0, DesiredCapacity: 0 },
    });
    await group.launches({ InstanceType: type });
    await new AutoScaling({}).setDesiredCapacity({ AutoScalingGroupName: group.name, DesiredCapacity: 1 });
    assert.match(
      await failure(group),
      new RegExp(
        `^Your requested instance type \\(${type}\\) is not supported in your requested Availability Zone \\(${region}a\\)`,
      ),
    );
  });
});
