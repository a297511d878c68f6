import * as grpc from "@grpc/grpc-js";
import { EngineClient, EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { listen, passingService, UNLIMITED } from "./passing";
import { bridgeUrn } from "./tokens";

const ENGINE_ADDRESS = /^[\w.-]+:\d+$/;

/**
 * A relay between the bridge and Pulumi's engine. The bridge uses other URNs, so the relay gives its messages
 * the URNs of the engine.
 */
export class EngineRelay {
  private constructor(
    private readonly engine: string | undefined,
    private readonly client: EngineClient | undefined,
    private readonly urns: Map<string, string>,
    /** The bridge's errors without a resource, while they are kept from the engine. */
    private readonly kept: { errors?: string[] },
    /** The relay's host and port for the bridge; undefined when there is no engine. */
    readonly address: string | undefined,
    private readonly server?: grpc.Server,
  ) {}

  /** `args` are the engine's arguments to a plugin; one of them is the engine's address. */
  static async start(args: readonly string[]): Promise<EngineRelay> {
    const urns = new Map<string, string>();
    const engine = args.find((arg) => ENGINE_ADDRESS.test(arg));
    const kept: { errors?: string[] } = {};
    if (!engine) return new EngineRelay(undefined, undefined, urns, kept, undefined);
    const client = new EngineClient(engine, grpc.credentials.createInsecure(), UNLIMITED);
    const log: grpc.handleUnaryCall<LogRequest, unknown> = ({ request }, reply) => {
      if (kept.errors && !request.getUrn() && request.getSeverity() === LogSeverity.ERROR) {
        kept.errors.push(request.getMessage());
        return reply(null, new Empty());
      }
      request.setUrn(urns.get(request.getUrn()) ?? request.getUrn());
      client.log(request, reply);
    };
    const server = new grpc.Server(UNLIMITED);
    server.addService(EngineService, { ...passingService(client, EngineService), log });
    return new EngineRelay(engine, client, urns, kept, `127.0.0.1:${await listen(server)}`, server);
  }

  /** The engine's arguments, with the relay's address in place of the engine's. */
  argsForBridge(args: readonly string[]): string[] {
    return args.map((arg) => (arg === this.engine && this.address ? this.address : arg));
  }

  /** From now on, messages about the bridge's URN of a resource go to `urn`. */
  urnForBridge(urn: string): string {
    const renamed = bridgeUrn(urn);
    this.urns.set(renamed, urn);
    return renamed;
  }

  /** Keeps the bridge's errors without a resource from the engine. They would fail the engine's program. */
  keepErrors(): void {
    this.kept.errors = [];
  }

  /** The errors that were kept; from now on the engine gets such errors again. */
  takeErrors(): string[] {
    const errors = this.kept.errors ?? [];
    this.kept.errors = undefined;
    return errors;
  }

  close(): void {
    this.server?.forceShutdown();
    this.client?.close();
  }

  /** Shows a warning at a resource, by the engine's URN. */
  warn(urn: string, message: string): void {
    const request = new LogRequest();
    request.setSeverity(LogSeverity.WARNING);
    request.setUrn(urn);
    request.setMessage(message);
    this.client?.log(request, () => undefined);
  }
}
