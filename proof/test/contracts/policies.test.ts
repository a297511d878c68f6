import * as assert from "node:assert/strict";
import { policies, type Statement } from "../../../test/components/policies";
import { run, stackConfig } from "../../../test/engine/stack";
import { serviceAuthorization, type ServiceAuthorization } from "../../toolchain/serviceAuthorization";
import { compare, Findings } from "./policyFaults";

describe("Policies, by AWS's Service Authorization Reference", () => {
  let reference: ServiceAuthorization;
  before(async function () {
    this.timeout(120_000); // the first use on a machine installs the packages
    reference = await serviceAuthorization();
  });

  const faultsOf = (...statements: Statement[]) => {
    const found = new Findings();
    compare(reference, "policy", statements, found);
    return found.faults;
  };

  for (const stack of ["dev", "prod", "local"] as const) {
    it(`of the stack ${stack} have only actions, resources and condition keys that AWS knows together`, async () => {
      const found = new Findings();
      const all = policies(await run(stackConfig(stack)));
      for (const [name, statements] of all) compare(reference, name, statements, found);
      const { faults, actions, resourceTypes, conditionKeys } = found;
      console.log(
        `      compared ${all.size} policies: ${actions.size} actions, ${resourceTypes.size} types of resources, ` +
          `${conditionKeys.size} condition keys`,
      );
      assert.deepEqual(faults, []);
    });
  }

  const object = "arn:aws:s3:::nodes/etcd/formed-1.json";
  const volume = "arn:*:ec2:*:*:volume/*";
  const mistakes: readonly [title: string, statement: Omit<Statement, "Effect">, ...faults: string[]][] = [
    [
      "an unknown action",
      { Action: "s3:GetObjects", Resource: object },
      "there is no action s3:GetObjects",
      `no action of its statement takes ${object}`,
    ],
    [
      "a bucket where an object is due",
      { Action: "s3:GetObject", Resource: "arn:aws:s3:::nodes" },
      "s3:GetObject takes none of the resources of its statement",
      "no action of its statement takes arn:aws:s3:::nodes",
    ],
    [
      "a resource where an action takes none",
      { Action: "ec2:DescribeInstances", Resource: "arn:aws:ec2:us-east-1:123456789012:instance/*" },
      "ec2:DescribeInstances takes none of the resources of its statement",
      "no action of its statement takes arn:aws:ec2:us-east-1:123456789012:instance/*",
    ],
    [
      "one of two resources that an action needs",
      { Action: "ec2:AttachVolume", Resource: volume },
      "ec2:AttachVolume needs a resource of type instance too",
    ],
    [
      "a condition key of another action",
      { Action: "s3:GetObject", Resource: object, Condition: { StringLike: { "s3:prefix": "etcd/*" } } },
      "s3:GetObject has no condition key s3:prefix",
    ],
    [
      "a tag of what does not exist yet",
      {
        Action: "ec2:CreateVolume",
        Resource: volume,
        Condition: { StringEquals: { "aws:ResourceTag/owner": "us" } },
      },
      "ec2:CreateVolume has no condition key aws:ResourceTag/owner",
    ],
    [
      "an operator of another type",
      {
        Action: "s3:GetObject",
        Resource: object,
        Condition: { StringEquals: { "aws:SecureTransport": "false" } },
      },
      "aws:SecureTransport is of type Bool, for StringEquals",
    ],
    [
      "a key of many values, compared as if it had one",
      {
        Action: "route53:ChangeResourceRecordSets",
        Resource: "arn:aws:route53:::hostedzone/Z1",
        Condition: { StringEquals: { "route53:ChangeResourceRecordSetsActions": "CREATE" } },
      },
      "route53:ChangeResourceRecordSetsActions has many values, for StringEquals",
    ],
  ];
  for (const [title, statement, ...faults] of mistakes) {
    it(`are not accepted with ${title}`, () => {
      assert.deepEqual(
        faultsOf({ Effect: "Allow", ...statement }),
        faults.map((fault) => `policy: ${fault}`),
      );
    });
  }
});
