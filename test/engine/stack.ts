import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { region, Region } from "./region";
import { cheaply } from "./cheaply";
import { pretendEngine } from "./engine";
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
  /** Name of the provider that the program gives it. @default the stack's own */
  readonly provider?: string;
  readonly protect: boolean;
  readonly deleteTimeout: string;
  /** Inputs whose changes are left alone. */
  readonly ignoreChanges: readonly string[];
  /** Whether it stays in AWS when the stack lets it go. */
  readonly retainOnDelete: boolean;
  /** Names that it had before, as the program's aliases say. */
  readonly formerNames: readonly string[];
  /** File of the project that makes it. */
  readonly madeIn: string;
}

/** What a run of the program asks of the engine. */
export interface Run {
  readonly resources: readonly Registered[];
  /** Outputs of the stack. */
  readonly outputs: Record<string, any>;
  /** Outputs of components and of the stack, by key: all are kept in the state. */
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
  /** Project of the program. @default pulumi-kubeadm */
  readonly project?: string;
}

/** A run that may have ended early. */
export interface Attempt extends Run {
  readonly error?: Error;
}

const attempts = new Map<string, Promise<Attempt>>();
let last: Promise<unknown> = Promise.resolve();

/** Runs the whole program to its end. @throws what the program throws */
export async function run(config: Config, options: RunOptions = {}): Promise<Run> {
  return finished(await attempt(config, options));
}

/** Runs another program than this project's, as `run`. */
export async function runOf(
  program: () => Promise<unknown>,
  config: Config,
  options: RunOptions = {},
): Promise<Run> {
  return finished(await inTurn(() => attemptOf(program, config, options)));
}

/** Runs the whole program. Equal runs are made once. */
export function attempt(config: Config, options: RunOptions = {}): Promise<Attempt> {
  const key = JSON.stringify([config, options]);
  const made = attempts.get(key) ?? inTurn(() => attemptOf(require("../../index"), config, options));
  attempts.set(key, made);
  return made;
}

/** One at a time, as Pulumi's runtime is global. */
function inTurn(next: () => Promise<Attempt>): Promise<Attempt> {
  const made = last.then(next);
  last = made;
  return made;
}

function finished({ error, ...made }: Attempt): Run {
  if (error) throw error;
  return made;
}

async function attemptOf(
  program: () => Promise<unknown>,
  config: Config,
  {
    preview = false,
    region: here = region(String(config["aws:region"])),
    project: name = "pulumi-kubeadm",
  }: RunOptions,
): Promise<Attempt> {
  const requests = await pretendEngine(here, name, String(config.name), preview);
  pulumi.runtime.setAllConfig(asStored(config, name));
  let error: Error | undefined;
  await cheaply(async () => {
    await pulumi.runtime.runInPulumiStack(program).catch((reason) => (error = reason));
    await pulumi.runtime.disconnect();
  });
  // A program that the engine itself runs in this process later must not find the pretended one.
  pulumi.runtime.resetOptions("", "", -1, "", "", false, "");
  const resources = requests.registrations.map(asRegistered);
  const componentOutputs = Object.fromEntries(requests.outputs.map(asOutputs));
  const outputs = componentOutputs[`Stack ${name}-${String(config.name)}`];
  return { resources, outputs, componentOutputs, error };
}

/** As `pulumi config set` leaves it and the engine hands it over: strings, of JSON unless the value is one. */
function asStored(config: Config, project: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [
        key.includes(":") ? key : `${project}:${key}`,
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
    provider: request.getProvider().split("::").at(-2),
    protect: request.getProtect(),
    deleteTimeout: request.getCustomtimeouts()?.getDelete() ?? "",
    ignoreChanges: request.getIgnorechangesList(),
    retainOnDelete: request.getRetainondelete(),
    formerNames: request.getAliasesList().map((alias: any) => alias.getSpec().getName()),
    madeIn: path.relative(
      project,
      files.find((file) => file.startsWith(project) && !file.includes("/node_modules/")) ?? project,
    ),
  };
}

const asOutputs = (request: any): [key: string, outputs: Record<string, unknown>] => [
  keyOf(request.getUrn()),
  fromWire(request.getOutputs().toJavaScript()) as Record<string, unknown>,
];

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
