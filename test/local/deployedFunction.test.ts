import {
  CreateFunctionCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { fetchDeployedFunction, type DeployedFunction } from "../../local/deployedFunction";
import { authorization, region, withLocalAws } from "./localAws";

const deadLetters = `arn:aws:sqs:${region}:123456789012:demo-discovery-dead-letters`;
const code = `
exports.handler = async (event, context) => {
  console.log("asked", event.ask);
  switch (event.ask) {
    case "environment": return { ...process.env };
    case "sdk": return typeof require("@aws-sdk/client-route-53").Route53;
    case "others": return require("yaml");
    case "fail": throw new Error("no such zone");
    case "hang": return new Promise(() => setInterval(() => {}, 1000));
    default: return context.functionName;
  }
};`;

describe("the deployed function", () => {
  const aws = withLocalAws();
  let deployed: DeployedFunction;

  before(async () => {
    await createRole("demo-discovery");
    await new LambdaClient({}).send(
      new CreateFunctionCommand({
        FunctionName: "demo-discovery",
        Runtime: "nodejs22.x",
        Role: "arn:aws:iam::123456789012:role/demo-discovery",
        Handler: "__index.handler",
        Timeout: 2,
        Environment: { Variables: { ZONE_ID: "Z1" } },
        DeadLetterConfig: { TargetArn: deadLetters },
        Code: { ZipFile: zipSync({ "__index.js": strToU8(code) }) },
      }),
    );
    process.env.NOT_FOR_THE_FUNCTION = "yes";
    deployed = await fetchDeployedFunction("demo-discovery");
  });
  after(() => deployed.remove());

  it("has the dead-letter queue that it was given, also after an update", async () => {
    const lambda = new LambdaClient({});
    const name = { FunctionName: "demo-discovery" };
    await lambda.send(new UpdateFunctionConfigurationCommand({ ...name, Description: "changed" }));
    const { DeadLetterConfig } = await lambda.send(new GetFunctionConfigurationCommand(name));
    assert.equal(DeadLetterConfig?.TargetArn, deadLetters);
  });

  it("answers an event, and its log is kept apart", async () => {
    assert.deepEqual(await deployed.invoke({}), { result: "demo-discovery", log: "asked undefined\n" });
  });

  it("has its own variables and the way to AWS, and nothing else of this process", async () => {
    const { result } = await deployed.invoke({ ask: "environment" });
    const environment = result as NodeJS.ProcessEnv;
    assert.equal(environment.ZONE_ID, "Z1");
    assert.equal(environment.AWS_REGION, region);
    assert.match(environment.AWS_ENDPOINT_URL ?? "", /^http:\/\/127\.0\.0\.1:/);
    assert.equal(environment.NOT_FOR_THE_FUNCTION, undefined);
  });

  it("finds the SDK, as in Lambda's runtime, and no other package", async () => {
    assert.equal((await deployed.invoke({ ask: "sdk" })).result, "function");
    await assert.rejects(deployed.invoke({ ask: "others" }), /Cannot find module 'yaml'/);
  });

  it("throws what the handler throws, with its log", async () => {
    await assert.rejects(deployed.invoke({ ask: "fail" }), /no such zone[\s\S]*asked fail/);
  });

  it("is ended at its timeout", async () => {
    await assert.rejects(deployed.invoke({ ask: "hang" }), /no result after 2 s/);
  });

  it("leaves no files behind", async () => {
    const another = await fetchDeployedFunction("demo-discovery");
    const { result } = await another.invoke({ ask: "environment" });
    another.remove();
    assert.ok(!existsSync((result as NodeJS.ProcessEnv).LAMBDA_TASK_ROOT ?? ""));
  });

  async function createRole(name: string): Promise<void> {
    const trust = {
      Statement: [
        { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
      ],
    };
    const response = await fetch(aws.url, {
      method: "POST",
      headers: { Authorization: authorization("iam") },
      body: new URLSearchParams({
        Action: "CreateRole",
        Version: "2010-05-08",
        RoleName: name,
        AssumeRolePolicyDocument: JSON.stringify(trust),
      }),
    });
    assert.ok(response.ok, await response.text());
  }
});
