import { AutoScaling } from "@aws-sdk/client-auto-scaling";
import { EC2 } from "@aws-sdk/client-ec2";
import { IAM } from "@aws-sdk/client-iam";
import { LambdaClient, CreateFunctionCommand } from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import assert from "node:assert/strict";
import { localClients } from "../../../lab/aws/clients";
import { Deployed } from "../../../lab/aws/permissions/deployed";
import { makeSubnets, TestGroup } from "../autoScalingGroup";
import { account } from "../deployedFunction";
import { region, withLocalAws } from "../localAws";
import { measure, setAhead } from "./mood";

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

/** A role with that name, and an instance profile with it and its name. */
async function makeProfile(name: string): Promise<void> {
  const iam = new IAM({});
  await iam.createRole({ RoleName: name, AssumeRolePolicyDocument: trust });
  await iam.createInstanceProfile({ InstanceProfileName: name });
  await iam.addRoleToInstanceProfile({ InstanceProfileName: name, RoleName: name });
}

/** Why a call is refused; undefined if it is not. */
const refusal = (call: Promise<unknown>): Promise<string | undefined> =>
  call.then(
    () => undefined,
    (error: Error) => `${error.name}: ${error.message}`,
  );

/** Why EC2 refuses an instance with a profile; undefined if it takes it. */
async function launchRefusal(profile: string): Promise<string | undefined> {
  const ec2 = new EC2({ maxAttempts: 1 });
  const { Images = [] } = await ec2.describeImages({ Owners: ["075585003325"] });
  const one = { ImageId: Images[0]?.ImageId, MinCount: 1, MaxCount: 1 };
  return refusal(ec2.runInstances({ ...one, IamInstanceProfile: { Name: profile } }));
}

/** Why Auto Scaling refuses a group whose launch template has a profile; undefined if it takes it. */
async function groupRefusal(name: string, profile: string, subnets: string[]): Promise<string | undefined> {
  await new EC2({}).createLaunchTemplate({
    LaunchTemplateName: name,
    LaunchTemplateData: { InstanceType: "t3.medium", IamInstanceProfile: { Name: profile } },
  });
  return refusal(
    new AutoScaling({ maxAttempts: 1 }).createAutoScalingGroup({
      ...{ AutoScalingGroupName: name, MinSize: 0, MaxSize: 0, VPCZoneIdentifier: subnets.join(",") },
      LaunchTemplate: { LaunchTemplateName: name, Version: "1" },
    }),
  );
}

/** Why Lambda refuses a function with a role; undefined if it takes it. */
async function functionRefusal(role: string): Promise<string | undefined> {
  const create = new CreateFunctionCommand({
    ...{ FunctionName: role, Runtime: "nodejs22.x", Handler: "index.handler" },
    Role: `arn:aws:iam::${account}:role/${role}`,
    Code: { ZipFile: zipSync({ "index.js": strToU8("exports.handler = () => {};") }) },
  });
  return refusal(new LambdaClient({ maxAttempts: 1 }).send(create));
}

for (const mood of ["instant", "typical", "worst"] as const) {
  describe(`a changed policy of a role, if the mood is ${mood}`, () => {
    const aws = withLocalAws(["--mood", mood]);
    const seconds = mood === "instant" ? 0 : (measure("iam-policy", mood).seconds ?? 0);

    it(`counts for the lab's front door after ${seconds} seconds, and the API tells it at once`, async () => {
      const iam = new IAM({});
      await makeProfile("nodes");
      await iam.putRolePolicy({
        ...{ RoleName: "nodes", PolicyName: "store" },
        PolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }],
        }),
      });
      const told = async () => (await iam.listRolePolicies({ RoleName: "nodes" })).PolicyNames;
      const counting = async () => {
        const caller = await new Deployed(localClients(new URL(aws.url), region), region).role("nodes");
        return caller.kind === "role" ? caller.statements.length : undefined;
      };
      assert.deepEqual(await told(), ["store"]);
      if (seconds > 0) assert.equal(await counting(), 0);
      await setAhead(aws.url, seconds);
      assert.equal(await counting(), 1);
    });
  });

  describe(`a new role, if the mood is ${mood}`, () => {
    const aws = withLocalAws(["--mood", mood]);
    let subnets: string[];
    before(async () => {
      subnets = await makeSubnets();
    });

    if (mood === "instant") {
      it("is known to EC2, Auto Scaling and Lambda at once", async () => {
        await makeProfile("nodes");
        assert.equal(await launchRefusal("nodes"), undefined);
        assert.equal(await groupRefusal("group", "nodes", subnets), undefined);
        assert.equal(await functionRefusal("nodes"), undefined);
      });
      return;
    }
    const { seconds = 0 } = measure("iam-change", mood);

    it(`is not known to EC2 and Auto Scaling for ${seconds} seconds, and then it is`, async () => {
      await makeProfile("nodes");
      const unknown =
        "Value (nodes) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name";
      await setAhead(aws.url, seconds / 2);
      assert.equal(await launchRefusal("nodes"), `InvalidParameterValue: ${unknown}`);
      assert.equal(
        await groupRefusal("early", "nodes", subnets),
        `ValidationError: You must use a valid fully-formed launch template. ${unknown}`,
      );
      const { AutoScalingGroups = [] } = await new AutoScaling({}).describeAutoScalingGroups({});
      assert.deepEqual(AutoScalingGroups, []);
      await setAhead(aws.url, seconds);
      assert.equal(await launchRefusal("nodes"), undefined);
      assert.equal(await groupRefusal("late", "nodes", subnets), undefined);
    });

    it(`is not known to Lambda for ${seconds} seconds, and then it is`, async () => {
      await makeProfile("function");
      const early = await functionRefusal("function");
      assert.equal(
        early,
        "InvalidParameterValueException: The role defined for the function cannot be assumed by Lambda.",
      );
      await setAhead(aws.url, 2 * seconds);
      assert.equal(await functionRefusal("function"), undefined);
    });

    it("does not keep a group waiting whose launch template names no profile", async () => {
      await new TestGroup("bare").create(subnets);
    });
  });
}
