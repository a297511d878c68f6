import * as grpc from "@grpc/grpc-js";
import { EngineClient, EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderClient, ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { InvokeRequest } from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import assert from "node:assert/strict";
import { EngineRelay } from "../../engine/bridge/engineRelay";
import { listen } from "../../engine/bridge/passing";
import { providerService } from "../../engine/bridge/service";
import { read, write } from "../../engine/bridge/struct";

const insecure = () => grpc.credentials.createInsecure();

describe("A function of the provider that fails", () => {
  const shown: string[] = [];
  const opened: { close(): void }[] = [];
  let provider: ResourceProviderClient;

  const serve = async (service: grpc.ServiceDefinition, methods: grpc.UntypedServiceImplementation) => {
    const server = new grpc.Server();
    server.addService(service, methods);
    opened.push({ close: () => server.forceShutdown() });
    return `127.0.0.1:${await listen(server)}`;
  };
  const opens = <T extends { close(): void }>(client: T): T => {
    opened.push(client);
    return client;
  };

  before(async () => {
    const engine = await serve(EngineService, {
      log: ({ request }: { request: LogRequest }, reply: grpc.sendUnaryData<Empty>) => {
        shown.push(request.getMessage());
        reply(null, new Empty());
      },
    });
    const relay = opens(await EngineRelay.start([engine]));
    const relayed = opens(new EngineClient(String(relay.address), insecure()));
    // Like the dynamic bridge: the engine gets the reason, and the function's own error is empty.
    const bridge = await serve(ResourceProviderService, {
      invoke: ({ request }: { request: InvokeRequest }, reply: grpc.sendUnaryData<never>) => {
        const { bucket, wait } = read(request.getArgs()) as { bucket: string; wait: number };
        const log = new LogRequest();
        log.setSeverity(LogSeverity.ERROR);
        log.setMessage(`[ERROR] : listing ${bucket}: NoSuchBucket: `);
        const fail = () => reply({ code: grpc.status.UNKNOWN, details: "" });
        relayed.log(log, () => setTimeout(fail, wait));
      },
    });
    const start = { package: "aws", major: 5, folder: "" };
    const client = opens(new ResourceProviderClient(bridge, insecure()));
    const address = await serve(
      ResourceProviderService,
      providerService(client, relay, start, "7.0.0", "eu-central-1"),
    );
    provider = opens(new ResourceProviderClient(address, insecure()));
  });
  after(() => opened.forEach((each) => each.close()));

  const reasonFor = (bucket: string, wait: number) =>
    new Promise<string>((resolve) => {
      const request = new InvokeRequest();
      request.setTok("aws:s3/getObjects:getObjects");
      request.setArgs(write({ bucket, wait }));
      provider.invoke(request, (error) => resolve(error?.details ?? "none"));
    });

  it("gives its own reason to the program, which may go on, like the npm package's provider", async () => {
    const reasons = await Promise.all([reasonFor("slow", 50), reasonFor("fast", 0)]);
    assert.deepEqual(reasons, ["listing slow: NoSuchBucket:", "listing fast: NoSuchBucket:"]);
    assert.deepEqual(shown, []);
  });
});
