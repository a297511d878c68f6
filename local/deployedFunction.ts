import { LambdaClient, GetFunctionCommand } from "@aws-sdk/client-lambda";
import { unzipSync } from "fflate";
import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

/** A function as it is deployed: its code fetched back from AWS, to be run with its own environment. */
export interface DeployedFunction {
  /**
   * Hands one event to the handler, in a Node process of its own, as Lambda does with the first event after an idle time.
   * @throws Error with the function's log if the handler fails or is over its timeout
   */
  invoke(event: object): Promise<{ result: unknown; log: string }>;
  /** Removes the code. */
  remove(): void;
}

type Answer =
  { readonly result: unknown } | { readonly error: { readonly message: string; readonly stack?: string } };

/** Fetches a function's package. The SDK that it finds is this project's, in place of the runtime's. */
export async function fetchDeployedFunction(name: string): Promise<DeployedFunction> {
  const { Configuration: configuration, Code: code } = await new LambdaClient({}).send(
    new GetFunctionCommand({ FunctionName: name }),
  );
  if (!configuration?.Handler || !code?.Location)
    throw new Error(`function ${name} has no handler or no code`);
  const response = await fetch(code.Location);
  if (!response.ok)
    throw new Error(`the code of function ${name} cannot be fetched: HTTP ${response.status}`);
  const folder = mkdtempSync(path.join(os.tmpdir(), `${name}-`));
  unpack(new Uint8Array(await response.arrayBuffer()), folder);
  const environment = {
    ...Object.fromEntries(Object.entries(process.env).filter(([variable]) => variable.startsWith("AWS_"))),
    ...configuration.Environment?.Variables,
    AWS_LAMBDA_FUNCTION_NAME: name,
    LAMBDA_TASK_ROOT: folder,
    _HANDLER: configuration.Handler,
    PATH: process.env.PATH,
    TZ: ":UTC",
  };
  return {
    invoke: (event) => invoke(name, event, environment, configuration.Timeout ?? 3),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function unpack(zip: Uint8Array, folder: string): void {
  for (const [name, bytes] of Object.entries(unzipSync(zip))) {
    const file = path.join(folder, name);
    if (!file.startsWith(folder + path.sep)) throw new Error(`${name} leads out of the function's folder`);
    if (name.endsWith("/")) continue;
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  const sdk = path.dirname(path.dirname(require.resolve("@aws-sdk/client-lambda/package.json")));
  mkdirSync(path.join(folder, "node_modules"), { recursive: true });
  symlinkSync(sdk, path.join(folder, "node_modules", "@aws-sdk"));
}

async function invoke(
  name: string,
  event: object,
  environment: NodeJS.ProcessEnv,
  timeoutSeconds: number,
): Promise<{ result: unknown; log: string }> {
  const child = fork(path.join(__dirname, "lambdaRuntime.cjs"), {
    execArgv: [],
    env: environment,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let log = "";
  child.stdout?.on("data", (text: Buffer) => (log += text.toString()));
  child.stderr?.on("data", (text: Buffer) => (log += text.toString()));
  let answer: Answer | undefined;
  child.once("message", (message: Answer) => (answer = message));
  let late = false;
  const timer = setTimeout(() => (late = child.kill("SIGKILL")), timeoutSeconds * 1000);
  child.send({ event, context: { functionName: name, awsRequestId: randomUUID() } });
  const [status] = (await once(child, "close")) as [number | null];
  clearTimeout(timer);

  if (answer && "result" in answer) return { result: answer.result, log };
  const ended = late ? `no result after ${timeoutSeconds} s` : `its process ended with ${status}`;
  throw new Error(`function ${name}: ${answer?.error.stack ?? answer?.error.message ?? ended}\n${log}`);
}
