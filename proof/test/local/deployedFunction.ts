import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
  type InvocationType,
  type LoggingConfig,
} from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";

/** The local AWS's account. */
export const account = "123456789012";

/** The event decides what the tests' function does. */
const code = `
let invocations = 0;
exports.handler = async (event, context) => {
  const ask = event.ask ?? event.detail?.ask;
  invocations++;
  console.log("asked", ask);
  switch (ask) {
    case "environment": return { ...process.env };
    case "sdk": return typeof require("@aws-sdk/client-route-53").Route53;
    case "others": return require("yaml");
    case "fail": throw new TypeError("no such zone");
    case "crash": process.exit(3);
    case "invocations": return { invocations, stream: context.logStreamName };
    case "hang": return new Promise(() => setInterval(() => {}, 1000));
    case "spin": for (;;) {}
    case "connect": return new Promise(() => require("node:net").connect(event.port, "127.0.0.1"));
    case "context": return { ...context, left: context.getRemainingTimeInMillis() };
    default: return context.functionName;
  }
};`;

export interface FunctionSettings {
  readonly deadLetters?: string;
  readonly logging?: LoggingConfig;
  /** Statements of the role's policy. @default all actions on all resources */
  readonly statements?: readonly object[];
}

/** Deploys a function with its own role, both with that name; returns its ARN. */
export async function deployFunction(name: string, settings: FunctionSettings = {}): Promise<string> {
  const service = {
    Effect: "Allow",
    Principal: { Service: "lambda.amazonaws.com" },
    Action: "sts:AssumeRole",
  };
  const role = await new IAMClient({}).send(
    new CreateRoleCommand({
      RoleName: name,
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [service] }),
    }),
  );
  await setRolePolicy(name, settings.statements ?? [{ Effect: "Allow", Action: "*", Resource: "*" }]);
  const { FunctionArn } = await new LambdaClient({}).send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: "nodejs22.x",
      Role: role.Role?.Arn,
      Handler: "__index.handler",
      Timeout: 2,
      MemorySize: 256,
      Environment: { Variables: { ZONE_ID: "Z1" } },
      DeadLetterConfig: settings.deadLetters ? { TargetArn: settings.deadLetters } : undefined,
      LoggingConfig: settings.logging,
      Code: { ZipFile: zipSync({ "__index.js": strToU8(code) }) },
    }),
  );
  return FunctionArn ?? "";
}

/** Replaces the policy of a function's role. */
export async function setRolePolicy(name: string, statements: readonly object[]): Promise<void> {
  await new IAMClient({}).send(
    new PutRolePolicyCommand({
      RoleName: name,
      PolicyName: "function",
      PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: statements }),
    }),
  );
}

/** Invokes a function; returns its payload as JSON value, the kind of its error, and the end of its log. */
export async function invoke(name: string, event: object, type: InvocationType = "RequestResponse") {
  const answer = await new LambdaClient({ maxAttempts: 1 }).send(
    new InvokeCommand({
      FunctionName: name,
      InvocationType: type,
      Payload: JSON.stringify(event),
      LogType: "Tail",
    }),
  );
  const payload = Buffer.from(answer.Payload ?? []).toString();
  return {
    status: answer.StatusCode,
    result: payload === "" ? undefined : JSON.parse(payload),
    error: answer.FunctionError,
    log: Buffer.from(answer.LogResult ?? "", "base64")
      .toString()
      .split("\n"),
  };
}
