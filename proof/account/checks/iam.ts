import { EC2 } from "@aws-sdk/client-ec2";
import { IAM } from "@aws-sdk/client-iam";
import { STS } from "@aws-sdk/client-sts";
import { type CheckedAccount, type Part } from "../check";
import { tags } from "../made";
import { measureAccepted, within } from "../measure";

/** Seconds for which the provider repeats a call that needs a new role. */
const providerWaits = 120;

/** How soon a new role and a new policy count. */
export const iam: Part = {
  name: "IAM",
  makes: "a role with one policy (ec2:DescribeVpcs)",
  checks: [
    {
      what: "a new role can be assumed",
      expected: `within ${providerWaits} s`,
      local: "at once",
      risk: "Lambda and Auto Scaling refuse a role that the provider has just made",
    },
    {
      what: "a new policy permits the first call",
      expected: `within ${providerWaits} s`,
      local: "at once; no policy of a caller is judged outside the lab",
      risk: "the discovery function and the first nodes are refused at first, and try again",
    },
  ],
  look: async function* ({ name, accountId, signal }: CheckedAccount) {
    const patience = { seconds: 5 * providerWaits, signal };
    const client = new IAM({});
    const document = (statement: object) =>
      JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
    const { Role } = await client.createRole({
      RoleName: name,
      AssumeRolePolicyDocument: document({
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: "sts:AssumeRole",
      }),
      Tags: tags(name),
    });
    const sts = new STS({});
    const assumed = await measureAccepted("the role", patience, ["AccessDenied"], () =>
      sts.assumeRole({ RoleArn: Role?.Arn, RoleSessionName: "aws-check" }),
    );
    yield within(assumed.seconds, providerWaits);
    const { AccessKeyId = "", SecretAccessKey = "", SessionToken } = assumed.value.answer.Credentials ?? {};
    const ec2 = new EC2({
      credentials: {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        sessionToken: SessionToken,
      },
    });
    await client.putRolePolicy({
      RoleName: name,
      PolicyName: name,
      PolicyDocument: document({ Action: "ec2:DescribeVpcs", Resource: "*" }),
    });
    const refusals = ["UnauthorizedOperation", "AuthFailure"];
    const allowed = await measureAccepted("the call", patience, refusals, () => ec2.describeVpcs({}));
    yield within(allowed.seconds, providerWaits);
  },
};
