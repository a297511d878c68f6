/** A provider plugin: `node main.js <settings file> <Terraform provider> <arguments of the Pulumi engine>`. */
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient, ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { ParameterizeRequest } from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { EngineRelay } from "./engineRelay";
import { listen, UNLIMITED } from "./passing";
import { startBridge, type BridgeProcess } from "./process";
import { providerService } from "./service";
import type { PluginSettings } from "./settings";

const CANCEL_MILLISECONDS = 500;
const PARENT_CHECK_MILLISECONDS = 1000;

async function main(settingsFile: string, provider: string, args: readonly string[]): Promise<void> {
  const parent = process.ppid;
  const settings = JSON.parse(fs.readFileSync(settingsFile, "utf8")) as PluginSettings;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pulumi-kubeadm-"));
  const relay = await EngineRelay.start(args);
  const bridge = await startBridge(settings.bridge, folder, relay.argsForBridge(args));
  const client = new ResourceProviderClient(
    `127.0.0.1:${bridge.port}`,
    grpc.credentials.createInsecure(),
    UNLIMITED,
  );

  const close = closing(client, relay, bridge);
  // The engine ends a plugin with SIGINT. A Ctrl-C in the terminal does not reach it, because each plugin has
  // its own process group.
  process.on("SIGINT", () => void close(0));
  process.on("SIGTERM", () => void close(0));
  setInterval(() => process.ppid !== parent && void close(1), PARENT_CHECK_MILLISECONDS).unref();
  void bridge.ended.then(() => close(1));

  try {
    await parameterize(client, provider);
    const server = new grpc.Server(UNLIMITED);
    const start = { package: settings.package, major: settings.major, folder };
    const region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
    server.addService(
      ResourceProviderService,
      providerService(client, relay, start, settings.version, region),
    );
    process.stdout.write(`${await listen(server)}\n`);
  } catch (error) {
    process.stderr.write(`The local ${settings.package} provider (${provider}): ${String(error)}\n`);
    await close(1);
  }
}

/** Makes the dynamic bridge serve the Terraform provider at `file`. */
function parameterize(client: ResourceProviderClient, file: string): Promise<void> {
  const args = new ParameterizeRequest.ParametersArgs();
  args.setArgsList([file]);
  const request = new ParameterizeRequest();
  request.setArgs(args);
  return new Promise((resolve, reject) => {
    client.parameterize(request, (error) => (error ? reject(error) : resolve()));
  });
}

/**
 * Ends this plugin once: cancels calls in progress, then ends the bridge's process group, then this process.
 */
function closing(
  client: ResourceProviderClient,
  relay: EngineRelay,
  bridge: BridgeProcess,
): (code: number) => Promise<void> {
  let closed = false;
  return async (code) => {
    if (closed) return;
    closed = true;
    const deadline = Date.now() + CANCEL_MILLISECONDS;
    await new Promise<void>((resolve) =>
      client.cancel(new Empty(), new grpc.Metadata(), { deadline }, () => resolve()),
    );
    await bridge.close();
    relay.close();
    process.exit(code);
  };
}

void main(process.argv[2], process.argv[3], process.argv.slice(4));
