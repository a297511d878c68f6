import { S3, type BucketLocationConstraint } from "@aws-sdk/client-s3";
import { type CheckedAccount, holds, type Part } from "../check";
import { measure, measureAccepted, within } from "../measure";
import { tags } from "../made";

/** Until versioning holds everywhere: https://docs.aws.amazon.com/AmazonS3/latest/userguide/manage-versioning-examples.html */
const longest = 15 * 60;
const writers = 20;
const key = "pulumi-kubeadm-aws-check";

/** What nodes count on in the node store. */
export const s3: Part = {
  name: "S3",
  makes: "a bucket with a few small objects",
  checks: [
    {
      what: "a new bucket's first version id",
      expected: "within 15 minutes",
      local: "at once",
      risk: "`up` has no version to name, and refuses; the next `up` goes on",
    },
    {
      what: "that version can be read",
      expected: "within 15 minutes",
      local: "at once",
      risk: "Ignition finds no configuration; Auto Scaling replaces the instance",
    },
    {
      what: `${writers} writers at once with If-None-Match`,
      expected: "one writes, all others get 412 or 409",
      local: "one writes, all others get 412",
      risk: "two clusters form",
    },
  ],
  look: async function* ({ name, region, signal }: CheckedAccount) {
    const client = new S3({});
    const patience = { seconds: longest, signal };
    const where = { LocationConstraint: region as BucketLocationConstraint };
    await client.createBucket({
      Bucket: name,
      ...(region !== "us-east-1" && { CreateBucketConfiguration: where }),
    });
    await client.putBucketTagging({ Bucket: name, Tagging: { TagSet: tags(name) } });
    await client.putBucketVersioning({
      Bucket: name,
      VersioningConfiguration: { Status: "Enabled" },
    });
    const version = await measure("a version id", patience, async () => {
      const { VersionId } = await client.putObject({ Bucket: name, Key: key, Body: name });
      return VersionId !== "null" && VersionId;
    });
    yield within(version.seconds, longest);
    const read = await measureAccepted("the version", patience, ["NotFound", "NoSuchVersion"], () =>
      client.headObject({ Bucket: name, Key: key, VersionId: version.value }),
    );
    yield within(read.seconds, longest);
    const answers = await Promise.all(
      Array.from({ length: writers }, () =>
        client.putObject({ Bucket: name, Key: `${key}-once`, Body: name, IfNoneMatch: "*" }).then(
          () => "wrote",
          ({ name: refusal }: Error) => refusal,
        ),
      ),
    );
    // 409 is a writer's answer when another is writing: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
    const refusals = ["PreconditionFailed", "ConditionalRequestConflict"];
    const wrote = answers.filter((answer) => answer === "wrote").length;
    const others = [...new Set(answers.filter((answer) => answer !== "wrote"))];
    yield holds(
      wrote === 1 && others.every((answer) => refusals.includes(answer)),
      `${wrote} wrote, the others got ${others.join(", ") || "nothing"}`,
    );
  },
};
