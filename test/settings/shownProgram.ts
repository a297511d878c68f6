import { spawn } from "node:child_process";
import * as path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { answer as answered } from "../engine/providerFunctions";
import { region } from "../engine/region";

const { EngineService } = require("@pulumi/pulumi/proto/engine_grpc_pb");
const engine = require("@pulumi/pulumi/proto/engine_pb");
const { ResourceMonitorService } = require("@pulumi/pulumi/proto/resource_grpc_pb");
const resource = require("@pulumi/pulumi/proto/resource_pb");

const project = path.join(__dirname, "../..");
const stackUrn = "urn:pulumi:dev::pulumi-kubeadm::pulumi:pulumi:Stack::pulumi-kubeadm-dev";

/** What `pulumi preview` shows of a run: the engine shows each error that it is told, and what the program writes. */
export interface Shown {
  readonly errors: readonly string[];
  readonly written: string;
  /** 32 says that the user was told, and lets the engine add nothing. */
  readonly exitCode: number | null;
}

/** Runs the program in a process of its own, by Pulumi's own runner, against an engine that makes nothing. */
export async function shownOf(config: Readonly<Record<string, string>>): Promise<Shown> {
  const errors: string[] = [];
  const server = new grpc.Server();
  const answer = (make: (request: any) => unknown) => (call: any, done: any) => {
    try {
      done(null, make(call.request));
    } catch (error) {
      done({ code: grpc.status.UNKNOWN, message: (error as Error).message });
    }
  };
  server.addService(EngineService, {
    log: answer((request) => {
      if (request.getSeverity() === engine.LogSeverity.ERROR) errors.push(request.getMessage());
      return new Empty();
    }),
    setRootResource: answer(() => new engine.SetRootResourceResponse()),
    getRootResource: answer(() => new engine.GetRootResourceResponse()),
  });
  server.addService(ResourceMonitorService, {
    supportsFeature: answer(() => new resource.SupportsFeatureResponse()),
    registerResource: answer((request) => {
      const response = new resource.RegisterResourceResponse();
      response.setUrn(stackUrn);
      response.setObject(request.getObject());
      return response;
    }),
    registerResourceOutputs: answer(() => new Empty()),
    invoke: answer((request) => {
      const args = request.getArgs()?.toJavaScript() ?? {};
      const found = answered(region(config["aws:region"]), request.getTok(), args);
      const response = new resource.ResourceInvokeResponse();
      response.setReturn(Struct.fromJavaScript(found as Parameters<typeof Struct.fromJavaScript>[0]));
      return response;
    }),
    signalAndWaitForShutdown: answer(() => new Empty()),
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  const address = `127.0.0.1:${port}`;
  const child = spawn(
    process.execPath,
    [
      path.join(project, "node_modules/@pulumi/pulumi/cmd/run"),
      ...[
        "--monitor",
        address,
        "--engine",
        address,
        "--organization",
        "organization",
        "--project",
        "pulumi-kubeadm",
        "--stack",
        "dev",
      ],
      ...["--pwd", project, "--dry-run", "."],
    ],
    {
      env: {
        ...process.env,
        PULUMI_NODEJS_TYPESCRIPT: "true",
        PULUMI_NODEJS_TRANSPILE_ONLY: "true",
        PULUMI_CONFIG: JSON.stringify(config),
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let written = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (written += text));
  const exitCode = await new Promise<number | null>((resolve) => child.once("close", resolve));
  server.forceShutdown();
  return { errors, written, exitCode };
}
