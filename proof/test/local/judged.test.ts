import { EC2 } from "@aws-sdk/client-ec2";
import { IAM } from "@aws-sdk/client-iam";
import { KMS } from "@aws-sdk/client-kms";
import { Lambda } from "@aws-sdk/client-lambda";
import { S3 } from "@aws-sdk/client-s3";
import { SQS } from "@aws-sdk/client-sqs";
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { localFolders, projectFolder } from "../../local/folders";
import {
  asCaller,
  callerDocuments,
  mergedRights,
  policyDocument,
  type Caller,
  type UsedRights,
} from "../../local/judged";
import { region, withLocalAws } from "./localAws";
import { rightsOfOtherRuns } from "./rightsOfOtherRuns";

const account = "123456789012";
const trust = JSON.stringify({ Version: "2012-10-17", Statement: [] });

describe("The local AWS, to which a caller's policies were given,", function () {
  this.timeout(60_000);
  const local = withLocalAws();
  const as = <T>(caller: Caller, work: () => Promise<T>) =>
    asCaller({ project: local.project, port: local.port, cluster: "demo", region }, caller, work);
  const refused = (work: () => Promise<unknown>, name: string, right: string) =>
    assert.rejects(work, (error: Error) => error.name === name && error.message.includes(right));

  it("lets the deployer make what bears the cluster's name, and nothing of another cluster", () =>
    as("deployer", async () => {
      const iam = new IAM({});
      await iam.createRole({ RoleName: "demo-controllers", AssumeRolePolicyDocument: trust });
      const other = () => iam.createRole({ RoleName: "other-controllers", AssumeRolePolicyDocument: trust });
      const role = `iam:CreateRole on resource: arn:aws:iam::${account}:role/other-controllers`;
      await refused(other, "AccessDenied", role);
      await new SQS({}).createQueue({ QueueName: "demo-discovery-dead-letters" });
      const queue = () => new SQS({}).createQueue({ QueueName: "other" });
      await refused(queue, "AccessDeniedException", "sqs:CreateQueue");
    }));

  it("knows IAM's name of a request that has another, and answers as the service does", () =>
    as("deployer", async () => {
      const s3 = new S3({ forcePathStyle: true });
      const bucket = `demo-nodes-${account}-${region}`;
      await s3.createBucket({
        Bucket: bucket,
        CreateBucketConfiguration: { LocationConstraint: "eu-central-1" },
      });
      await s3.headBucket({ Bucket: bucket });
      await refused(() => s3.listObjectsV2({ Bucket: "elsewhere" }), "AccessDenied", "s3:ListBucket");
      await refused(
        () => s3.getBucketEncryption({ Bucket: "elsewhere" }),
        "AccessDenied",
        "s3:GetEncryptionConfiguration",
      );
    }));

  it("wants the right to tag for a thing that is made with tags", () =>
    as("deployer", async () => {
      const tags = { Tags: [{ TagKey: "a", TagValue: "b" }] };
      await new KMS({}).createKey(tags);
    }));

  it("lets no role of another cluster be passed", () =>
    as("deployer", async () => {
      const make = (role: string) =>
        new Lambda({}).createFunction({
          FunctionName: "demo-discovery",
          Role: `arn:aws:iam::${account}:role/${role}`,
          Code: { ZipFile: Buffer.from("") },
        });
      await refused(() => make("other-discovery"), "AccessDeniedException", "iam:PassRole");
    }));

  it("lets the deployer make networks in the cluster's region alone", () =>
    as("deployer", async () => {
      await new EC2({}).createVpc({ CidrBlock: "10.0.0.0/16" });
      const elsewhere = new EC2({ region: "eu-north-1" });
      await refused(
        () => elsewhere.createVpc({ CidrBlock: "10.0.0.0/16" }),
        "UnauthorizedOperation",
        "ec2:CreateVpc",
      );
    }));

  it("lets a preview look, and change nothing", () =>
    as("previewer", async () => {
      await new EC2({}).describeVpcs();
      await refused(
        () => new EC2({}).createVpc({ CidrBlock: "10.0.0.0/16" }),
        "UnauthorizedOperation",
        "ec2:CreateVpc",
      );
      await refused(
        () => new S3({ forcePathStyle: true }).getObject({ Bucket: "b", Key: "pki/ca.key" }),
        "AccessDenied",
        "s3:GetObject",
      );
    }));

  it("judges nobody else", async () => {
    await new IAM({}).createRole({ RoleName: "anybody", AssumeRolePolicyDocument: trust });
  });
});

describe("The policies in docs/", () => {
  const kept = path.join(__dirname, "usedRights.json");
  const read = (file: string) => JSON.parse(readFileSync(file, "utf8")) as UsedRights;
  const statements = (file: string) =>
    policyDocument(file, "c", "r").Statement as { Sid: string; Action: string[] }[];

  before(() => {
    const newest = localFolders(projectFolder).rights;
    if (!process.env.UPDATE_GOLDEN || !existsSync(newest)) return;
    writeFileSync(kept, JSON.stringify(mergedRights(read(kept), read(newest)), undefined, 2) + "\n");
  });

  const callers = Object.keys(callerDocuments) as Caller[];
  const documents = ["preview-policy.json", "deploy-policy.json"];
  /** Actions of each statement that something uses. */
  const needed = (sid: string): string[] => [
    ...callers.flatMap((caller) => read(kept)[caller]?.[sid] ?? []),
    ...rightsOfOtherRuns.flatMap(({ rights }) => rights[sid] ?? []),
  ];

  for (const file of documents) {
    it(`allow nothing in ${file} that no deployment, preview or setting uses`, () => {
      const unused = statements(file).flatMap(({ Sid, Action }) =>
        Action.filter((action) => !needed(Sid).includes(action)).map((action) => `${Sid}: ${action}`),
      );
      assert.deepEqual(unused, []);
    });

    it(`fit into a managed policy of IAM: ${file}`, () => {
      // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
      const text = readFileSync(path.join(projectFolder, "docs", file), "utf8").replace(/\s/g, "");
      assert.ok(text.length <= 6144, `${text.length} characters`);
    });
  }

  for (const caller of callers) {
    it(`allow the ${caller} every right that it has used`, () => {
      const allowed = callerDocuments[caller].flatMap(statements);
      const missing = Object.entries(read(kept)[caller] ?? {}).flatMap(([sid, actions]) => {
        const granted = allowed.find(({ Sid }) => Sid === sid)?.Action ?? [];
        return actions.filter((action) => !granted.includes(action)).map((action) => `${sid}: ${action}`);
      });
      assert.deepEqual(missing, []);
    });
  }
});
