import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  FilterLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import assert from "node:assert/strict";
import { account, deployFunction, invoke, setRolePolicy } from "./deployedFunction";
import { region, withLocalAws } from "./localAws";

describe("a deployed function", () => {
  const aws = withLocalAws();
  const deadLetters = `arn:aws:sqs:${region}:${account}:dead-letters`;

  before(async () => {
    process.env.NOT_FOR_THE_FUNCTION = "yes";
    await deployFunction("demo", { deadLetters });
  });

  it("has the dead-letter queue that it was given, also after an update", async () => {
    const lambda = new LambdaClient({});
    const name = { FunctionName: "demo" };
    await lambda.send(new UpdateFunctionConfigurationCommand({ ...name, Description: "changed" }));
    const { DeadLetterConfig } = await lambda.send(new GetFunctionConfigurationCommand(name));
    assert.equal(DeadLetterConfig?.TargetArn, deadLetters);
  });

  it("answers an invocation with what its handler returns", async () => {
    const { status, result, error } = await invoke("demo", {});
    assert.deepEqual([status, result, error], [200, "demo", undefined]);
  });

  it("has the runtime's variables and its own, and nothing else of the server's", async () => {
    const { result: environment } = await invoke("demo", { ask: "environment" });
    assert.equal(environment.ZONE_ID, "Z1");
    assert.equal(environment.AWS_REGION, region);
    assert.equal(environment.AWS_ENDPOINT_URL, aws.url);
    assert.equal(environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE, "256");
    assert.equal(environment.NOT_FOR_THE_FUNCTION, undefined);
    assert.equal(environment.AWS_CONFIG_FILE, undefined);
  });

  it("knows its name, its request and the time that is left", async () => {
    const { result: context } = await invoke("demo", { ask: "context" });
    assert.equal(context.functionName, "demo");
    assert.match(context.awsRequestId, /^[0-9a-f-]{36}$/);
    assert.ok(context.left > 500 && context.left <= 2000, String(context.left));
  });

  it("has its role's credentials: the key leads to the role", async () => {
    const { result: environment } = await invoke("demo", { ask: "environment" });
    const found = await fetch(`${aws.url}/local-aws/credentials/${environment.AWS_ACCESS_KEY_ID}`);
    const { roleName, secretAccessKey, sessionToken, expiration } = (await found.json()) as any;
    assert.deepEqual(
      [roleName, secretAccessKey, sessionToken],
      ["demo", environment.AWS_SECRET_ACCESS_KEY, environment.AWS_SESSION_TOKEN],
    );
    assert.ok(Date.parse(expiration) > Date.now());
    assert.equal((await fetch(`${aws.url}/local-aws/credentials/ASIANOBODY`)).status, 404);
  });

  it("finds the SDK, as in Lambda's runtime, and no other package", async () => {
    assert.equal((await invoke("demo", { ask: "sdk" })).result, "function");
    const { result, error } = await invoke("demo", { ask: "others" });
    assert.equal(error, "Unhandled");
    assert.match(result.errorMessage, /Cannot find module 'yaml'/);
  });

  it("tells what its handler throws, and logs it", async () => {
    const { status, result, error, log } = await invoke("demo", { ask: "fail" });
    assert.deepEqual(
      [status, error, result.errorType, result.errorMessage],
      [200, "Unhandled", "TypeError", "no such zone"],
    );
    assert.match(log.join("\n"), /INFO\tasked fail\n.*ERROR\tTypeError: no such zone/);
  });

  it("tells that its process has ended without an answer", async () => {
    const { result, error } = await invoke("demo", { ask: "crash" });
    assert.equal(error, "Unhandled");
    assert.equal(result.errorType, "Runtime.ExitError");
    assert.match(result.errorMessage, /Runtime exited with error: exit status 3$/);
  });

  it("is ended at its timeout, and tells that", async () => {
    const [hanging, spinning] = await Promise.all([
      invoke("demo", { ask: "hang" }),
      invoke("demo", { ask: "spin" }),
    ]);
    for (const { result, error } of [hanging, spinning]) {
      assert.equal(error, "Unhandled");
      assert.match(result.errorMessage, /Task timed out after 2\.00 seconds$/);
    }
  });

  it("refuses an event that is no JSON, and is not run by a dry run", async () => {
    const refused = await fetch(`${aws.url}/2015-03-31/functions/demo/invocations`, {
      method: "POST",
      body: "{",
      headers: {
        Authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/${region}/lambda/aws4_request, SignedHeaders=host, Signature=none`,
      },
    });
    assert.equal(refused.status, 400);
    assert.equal((await invoke("demo", {}, "DryRun")).status, 204);
  });

  describe("its log", () => {
    const logs = () => new CloudWatchLogsClient({});
    const logged = async (logGroupName: string) => {
      const { events = [] } = await logs().send(new FilterLogEventsCommand({ logGroupName }));
      return events.map(({ message = "" }) => message);
    };
    const mayLog = (logGroup: string, ...actions: string[]) => ({
      Effect: "Allow",
      Action: actions,
      Resource: `arn:aws:logs:${region}:${account}:log-group:${logGroup}:*`,
    });

    it("is in the log group of its settings, in JSON if they say so", async () => {
      const logGroup = "/aws/lambda/in-json";
      await logs().send(new CreateLogGroupCommand({ logGroupName: logGroup }));
      await deployFunction("in-json", {
        logging: { LogFormat: "JSON", LogGroup: logGroup },
        statements: [mayLog(logGroup, "logs:CreateLogStream", "logs:PutLogEvents")],
      });
      await invoke("in-json", { ask: "fail" });
      const lines = (await logged(logGroup)).map((line) => JSON.parse(line));
      assert.deepEqual(
        lines.map(({ type, level }) => type ?? level),
        ["platform.start", "INFO", "ERROR", "platform.report"],
      );
      const [start, said, thrown, report] = lines;
      assert.equal(said.message, "asked fail");
      assert.equal(said.requestId, start.record.requestId);
      assert.equal(thrown.message.errorMessage, "no such zone");
      assert.equal(report.record.status, "error");
    });

    it("is written only by the role's permission", async () => {
      const logGroup = "/aws/lambda/silent";
      await logs().send(new CreateLogGroupCommand({ logGroupName: logGroup }));
      await deployFunction("silent", { statements: [mayLog(logGroup, "logs:CreateLogStream")] });
      assert.equal((await invoke("silent", {})).result, "silent");
      assert.deepEqual(await logged(logGroup), []);
      await setRolePolicy("silent", [mayLog(logGroup, "logs:CreateLogStream", "logs:PutLogEvents")]);
      await invoke("silent", {});
      assert.match((await logged(logGroup)).join("\n"), /^START RequestId: .*INFO\tasked undefined\nEND/s);
    });
  });
});
