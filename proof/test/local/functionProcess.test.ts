import assert from "node:assert/strict";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { deployFunction, invoke } from "./deployedFunction";
import { withLocalAws } from "./localAws";

describe("a function's process", () => {
  const aws = withLocalAws();

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
