import assert from "node:assert/strict";
import { LambdaClient, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { existsSync } from "node:fs";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { deployFunction, invoke } from "./deployedFunction";
import { withLocalAws } from "./localAws";

describe("a function's process", () => {
  const aws = withLocalAws();

  it("serves further invocations, with one log stream for all", async () => {
    await deployFunction("warm");
    const first = await invoke("warm", { ask: "invocations" });
    const second = await invoke("warm", { ask: "invocations" });
    assert.equal(first.result.invocations, 1);
    assert.deepEqual(second.result, { invocations: 2, stream: first.result.stream });
  });

  it("serves on after an error of the handler", async () => {
    await deployFunction("erring");
    await invoke("erring", { ask: "fail" });
    assert.equal((await invoke("erring", { ask: "invocations" })).result.invocations, 2);
  });

  for (const ask of ["crash", "hang"])
    it(`is followed by a new one after the handler was asked to ${ask}`, async () => {
      await deployFunction(ask);
      const { result: environment } = await invoke(ask, { ask: "environment" });
      await invoke(ask, { ask });
      assert.ok(!existsSync(environment.LAMBDA_TASK_ROOT), "its files are left");
      assert.equal((await invoke(ask, { ask: "invocations" })).result.invocations, 1);
    });

  it("is followed by a new one when a setting of the function changes", async () => {
    await deployFunction("changing");
    await invoke("changing", { ask: "invocations" });
    await new LambdaClient({}).send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: "changing",
        Environment: { Variables: { ZONE_ID: "Z2" } },
      }),
    );
    assert.equal((await invoke("changing", { ask: "environment" })).result.ZONE_ID, "Z2");
    assert.equal((await invoke("changing", { ask: "invocations" })).result.invocations, 2);
  });

  it("does not outlive the local AWS, however that ends", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    const connected = new Promise<Socket>((resolve) => server.once("connection", resolve));
    await deployFunction("holding");
    const { port } = server.address() as AddressInfo;
    const invocation = invoke("holding", { ask: "connect", port }).catch(() => "cut off");
    const socket = await connected;
    const closed = new Promise((resolve) => socket.resume().once("close", resolve));
    socket.on("error", () => undefined);
    process.kill(aws.pid, "SIGKILL");
    await closed;
    server.close();
    assert.equal(await invocation, "cut off");
  });
});
