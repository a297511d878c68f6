import * as grpc from "@grpc/grpc-js";
import { EngineClient, EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { listen, passingService, UNLIMITED } from "./passing";
import { bridgeUrn } from "./tokens";

const ENGINE_ADDRESS = /^[\w.-]+:\d+$/;

/**
 * Stands between the bridge and Pulumi's engine, so that the engine shows the bridge's messages at the resource that
 * they are about: the bridge knows resources by other URNs.
 */
export class EngineRelay {
  private constructor(
    private readonly engine: string | undefined,
    private readonly client: EngineClient | undefined,
    private readonly urns: Map<string, string>,
    /** Where the bridge finds the relay, as host and port; undefined when there is no engine. */
    readonly address: string | undefined,
  ) {}

  /** `args` are the engine's arguments to a plugin; its own address is one of them. */
  static async start(args: readonly string[]): Promise<EngineRelay> {
    const urns = new Map<string, string>();
    const engine = args.find((arg) => ENGINE_ADDRESS.test(arg));
    if (!engine) return new EngineRelay(undefined, undefined, urns, undefined);
    const client = new EngineClient(engine, grpc.credentials.createInsecure(), UNLIMITED);
    const log: grpc.handleUnaryCall<LogRequest, unknown> = ({ request }, reply) => {
      request.setUrn(urns.get(request.getUrn()) ?? request.getUrn());
      client.log(request, reply);
    };
    const server = new grpc.Server(UNLIMITED);
    server.addService(EngineService, { ...passingService(client, EngineService), log });
    return new EngineRelay(engine, client, urns, `127.0.0.1:${await listen(server)}`);
  }

  /** The engine's arguments with the relay's address in place of the engine's. */
  argsForBridge(args: readonly string[]): string[] {
    return args.map((arg) => (arg === this.engine && this.address ? this.address : arg));
  }

  /** The bridge's URN of a resource; messages about it go to `urn` from now on. */
  urnForBridge(urn: string): string {
    const renamed = bridgeUrn(urn);
    this.urns.set(renamed, urn);
    return renamed;
  }

  /** Shows a warning at a resource, given by the engine's URN of it. */
  warn(urn: string, message: string): void {
    const request = new LogRequest();
    request.setSeverity(LogSeverity.WARNING);
    request.setUrn(urn);
    request.setMessage(message);
    this.client?.log(request, () => undefined);
  }
}
