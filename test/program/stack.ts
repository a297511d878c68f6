import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { answer, idOf, madeOutputs, region, Region, withSecretOutputs } from "./cloud";
import { fromWire } from "./wire";

const project = path.join(__dirname, "../..");

/** A stack's configuration by key; the keys of the project itself without their namespace. */
export type Config = Readonly<Record<string, unknown>>;

/** A resource as the program registers it. */
export interface Registered {
  /** Type and name, such as `ec2.Vpc dev-network`; components by their class. */
  readonly key: string;
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  /** Key of the owner; none for the stack itself. */
  readonly parent?: string;
  readonly inputs: Record<string, any>;
  /** Keys of what must be there before it, by `dependsOn` or by an input. */
  readonly dependsOn: readonly string[];
  readonly protect: boolean;
  readonly deleteTimeout: string;
  /** File of the project that makes it. */
  readonly madeIn: string;
}

/** What a run of the program asks of the engine. */
export interface Run {
  readonly resources: readonly Registered[];
  /** Outputs of the stack. */
  readonly outputs: Record<string, any>;
  /** Outputs of components, by key; they are kept in the state as the stack's are. */
  readonly componentOutputs: Readonly<Record<string, Record<string, unknown>>>;
}

/** The configuration of a stack of this project, as it stands in its file. */
export function stackConfig(stack: "dev" | "prod" | "local"): Config {
  const file = parse(readFileSync(path.join(project, `Pulumi.${stack}.yaml`), "utf8")) as { config: Config };
  const entries = Object.entries(file.config);
  return Object.fromEntries(entries.map(([key, value]) => [key.replace(/^pulumi-kubeadm:/, ""), value]));
}

interface RunOptions {
  /** As `pulumi preview` runs it: what only an update brings is unknown. @default false */
  readonly preview?: boolean;
  /** @default an empty region of the configured name */
  readonly region?: Region;
}

const runs = new Map<string, Promise<Run>>();
let last: Promise<unknown> = Promise.resolve();

/** Runs the whole program. Equal runs are made once; one at a time, as Pulumi's runtime is global. */
export function run(config: Config, options: RunOptions = {}): Promise<Run> {
  const key = JSON.stringify([config, options]);
  const made = runs.get(key) ?? last.then(() => runOnce(config, options));
  runs.set(key, made);
  last = made.catch(() => {});
  return made;
}

async function runOnce(config: Config, { preview = false, ...options }: RunOptions): Promise<Run> {
  const here = options.region ?? region(String(config["aws:region"]));
  const requests: any[] = [];
  const outputs = new Map<string, Record<string, unknown>>();
  const secretOutputs = new Map<string, string[]>();
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, custom }) => {
        if (preview || !custom) return { id: undefined as unknown as string, state: inputs };
        const state = { ...inputs, ...madeOutputs(here, type, name, inputs) };
        return {
          id: idOf(type, name),
          state: withSecretOutputs(state, secretOutputs.get(`${type} ${name}`) ?? []),
        };
      },
      call: ({ token, inputs }) => answer(here, token, inputs),
    },
    "pulumi-kubeadm",
    String(config.name),
    preview,
  );
  const monitor = pulumi.runtime.getMonitor() as any;
  const { registerResource, registerResourceOutputs } = monitor;
  monitor.registerResource = (request: any, done: unknown) => {
    requests.push(request);
    secretOutputs.set(`${request.getType()} ${request.getName()}`, request.getAdditionalsecretoutputsList());
    return registerResource.call(monitor, request, done);
  };
  monitor.registerResourceOutputs = (request: any, done: unknown) => {
    outputs.set(
      keyOf(request.getUrn()),
      fromWire(request.getOutputs().toJavaScript()) as Record<string, unknown>,
    );
    return registerResourceOutputs.call(monitor, request, done);
  };
  pulumi.runtime.setAllConfig(asStored(config));
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = stackTrace;
  try {
    await pulumi.runtime.runInPulumiStack(require("../../index"));
  } finally {
    await pulumi.runtime.disconnect();
    Error.prepareStackTrace = prepareStackTrace;
  }
  const { Stack, ...componentOutputs } = Object.fromEntries(
    [...outputs].map(([key, value]) => [key.startsWith("Stack ") ? "Stack" : key, value]),
  );
  return { resources: requests.map(asRegistered), outputs: Stack, componentOutputs };
}

/** Pulumi takes a trace of every promise: mapping them to lines of TypeScript would take most of a run's time. */
function stackTrace(error: Error, frames: NodeJS.CallSite[]): string {
  const lines = frames.map(
    (frame) =>
      `    at ${frame.getFunctionName()} (${frame.getFileName()}:${frame.getLineNumber()}:${frame.getColumnNumber()})`,
  );
  return [String(error), ...lines].join("\n");
}

/** As `pulumi config set` leaves it and the engine hands it over: strings, of JSON unless the value is one. */
function asStored(config: Config): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key.includes(":") ? key : `pulumi-kubeadm:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

function asRegistered(request: any): Registered {
  const frames: any[] = request.getStacktrace().getFramesList();
  const files = frames.map((frame) => decodeURI(frame.getPc()?.getUri() ?? "").replace(/^file:\/\//, ""));
  const [type, name] = [request.getType(), request.getName()];
  return {
    key: `${shortType(type)} ${name}`,
    type: shortType(type),
    name,
    custom: request.getCustom(),
    parent: request.getParent() ? keyOf(request.getParent()) : undefined,
    inputs: fromWire(request.getObject().toJavaScript()) as Record<string, unknown>,
    dependsOn: request.getDependenciesList().map(keyOf).sort(),
    protect: request.getProtect(),
    deleteTimeout: request.getCustomtimeouts()?.getDelete() ?? "",
    madeIn: path.relative(
      project,
      files.find((file) => file.startsWith(project) && !file.includes("/node_modules/")) ?? project,
    ),
  };
}

function keyOf(urn: string): string {
  const [, , types, name] = urn.split("::");
  return `${shortType(types.split("$").pop() ?? "")} ${name}`;
}

/** `aws:ec2/vpc:Vpc` → `ec2.Vpc`, `tls:index/privateKey:PrivateKey` → `tls.PrivateKey`, `kubeadm:index:Dns` → `Dns`. */
function shortType(type: string): string {
  const [pkg, module, kind] = type.split(":");
  if (pkg === "aws") return `${module.split("/")[0]}.${kind}`;
  return pkg === "kubeadm" || pkg === "pulumi" ? kind : `${pkg}.${kind}`;
}
