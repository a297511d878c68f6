import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { handlerFactory } from "../../lambda/handler";
import { discoveryStatements } from "../../lambda/permissions";
import { wantedRecordSets, type Member } from "../../lambda/records";
import { HostedZone, contents } from "./hostedZone";
import { LocalAws } from "./localAws";
import { member, zone } from "./zones";

const sdk = ["@aws-sdk/client-auto-scaling", "@aws-sdk/client-ec2", "@aws-sdk/client-route-53"];

/** The function as Lambda has it: the serialised text in a folder of its own, by which Node finds the SDK's clients alone. */
describe("the discovery function as it is deployed", () => {
  const foreign = {
    Name: `${zone}.`,
    Type: "NS" as const,
    TTL: 300,
    ResourceRecords: [{ Value: "ns.example." }],
  };
  const route53 = new HostedZone([foreign]);
  const aws = new LocalAws("blue-controllers", route53);
  let code: string;
  let folder: string;
  let endpoint: string;

  before(async () => {
    const serialised = await pulumi.runtime.serializeFunction(handlerFactory, {
      isFactoryFunction: true,
      exportName: "handler",
    });
    assert.equal(serialised.containsSecrets, false);
    code = serialised.text;
    folder = await mkdtemp(join(tmpdir(), "discovery-"));
    await writeFile(join(folder, "__index.js"), code);
    await mkdir(join(folder, "node_modules/@aws-sdk"), { recursive: true });
    for (const name of sdk) {
      await symlink(dirname(require.resolve(`${name}/package.json`)), join(folder, "node_modules", name));
    }
    endpoint = await aws.start();
  });

  after(async () => {
    aws.stop();
    await rm(folder, { recursive: true });
  });

  /** Invokes the handler in a Node process of its own. */
  async function invoke(event: object | undefined, environment: NodeJS.ProcessEnv = {}) {
    const script = `require("./__index.js").handler(${JSON.stringify(event)})`;
    const child = spawn(process.execPath, ["--unhandled-rejections=strict", "-e", script], {
      cwd: folder,
      env: {
        AWS_REGION: "eu-central-1",
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        AWS_ENDPOINT_URL: endpoint,
        GROUP_NAME: "blue-controllers",
        ZONE_ID: "Z1",
        ZONE_NAME: zone,
        ...environment,
      },
    });
    const [output, errors, [exitCode]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "exit"),
    ]);
    const lines = output.split("\n").filter((line) => line !== "");
    return { lines: lines.map((line) => JSON.parse(line)), errors, exitCode };
  }

  function launch(...members: Member[]) {
    aws.instances = members.map(({ instanceId, privateAddress }) => ({
      id: instanceId,
      lifecycleState: "Pending:Wait",
      address: privateAddress,
    }));
  }

  it("has less than 10 KiB", () => {
    assert.ok(Buffer.byteLength(code) < 10 * 1024, `${Buffer.byteLength(code)} bytes`);
  });

  it("requires the SDK's clients and nothing else", () => {
    const required = [...code.matchAll(/\b(?:require|import)\s*\(([^)]*)\)/g)].map((match) => match[1]);
    assert.deepEqual(
      required,
      sdk.map((name) => `"${name}"`),
    );
  });

  it("writes the records on a launch event, even if it is throttled at first", async () => {
    launch(member(1), member(2), member(3));
    aws.throttled = 2;
    const { lines, errors, exitCode } = await invoke({
      "detail-type": "EC2 Instance-launch Lifecycle Action",
      detail: { EC2InstanceId: member(3).instanceId },
    });
    assert.equal(exitCode, 0, errors);
    const wanted = wantedRecordSets([member(1), member(2), member(3)], zone);
    assert.deepEqual(contents(route53.recordSets), contents([foreign, ...wanted]));
    assert.deepEqual(
      lines.map((line) => line.decision),
      ["reconcile", "change", "nothing to change"],
    );
    assert.deepEqual(lines[0], {
      decision: "reconcile",
      event: "EC2 Instance-launch Lifecycle Action",
      instance: member(3).instanceId,
    });
  });

  it("changes nothing the second time", async () => {
    const { lines } = await invoke({ "detail-type": "Scheduled Event" });
    assert.deepEqual(
      lines.map((line) => line.decision),
      ["reconcile", "nothing to change"],
    );
    assert.equal(route53.applied.length, 1);
  });

  it("tells of a launch that failed, in a pool too, with the reason", async () => {
    const { lines } = await invoke({
      "detail-type": "EC2 Instance Launch Unsuccessful",
      detail: { AutoScalingGroupName: "blue-pool-spot", EC2InstanceId: "", StatusMessage: "no capacity" },
    });
    assert.deepEqual(lines[0], {
      decision: "reconcile",
      event: "EC2 Instance Launch Unsuccessful",
      group: "blue-pool-spot",
      instance: "",
      message: "no capacity",
    });
  });

  it("warns while two of three controllers are in one zone", async () => {
    const before = aws.instances;
    aws.instances = (before ?? []).map((instance, index) => ({
      ...instance,
      lifecycleState: "InService",
      availabilityZone: `eu-central-1${index === 0 ? "b" : "c"}`,
    }));
    const { lines } = await invoke(undefined);
    assert.deepEqual(
      lines.filter(({ warning }) => warning),
      [
        {
          warning: "the controllers stand unevenly over their zones",
          zones: { "eu-central-1a": 0, "eu-central-1b": 1, "eu-central-1c": 2 },
        },
      ],
    );
    aws.instances = before;
  });

  it("replaces a member in one batch", async () => {
    launch(member(2), member(3), member(4));
    await invoke(undefined);
    const wanted = wantedRecordSets([member(2), member(3), member(4)], zone);
    assert.deepEqual(contents(route53.recordSets), contents([foreign, ...wanted]));
    assert.equal(route53.applied.length, 2);
  });

  it("makes only calls that its role allows", () => {
    const actions = discoveryStatements("arn", zone).flatMap((statement) => statement.Action);
    assert.deepEqual([...aws.calls].sort(), actions.sort());
  });

  it("deletes its records when the group no longer exists, and logs that", async () => {
    aws.instances = undefined;
    const { lines } = await invoke(undefined);
    assert.deepEqual(route53.recordSets, [foreign]);
    assert.match(JSON.stringify(lines), /there is no group blue-controllers/);
  });

  it("fails immediately without its settings", async () => {
    for (const name of ["GROUP_NAME", "ZONE_ID", "ZONE_NAME"]) {
      const { exitCode, errors } = await invoke(undefined, { [name]: "" });
      assert.notEqual(exitCode, 0);
      assert.match(errors, /GROUP_NAME, ZONE_ID and ZONE_NAME must be set/);
    }
  });
});
