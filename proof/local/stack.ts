import * as automation from "@pulumi/pulumi/automation";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse, stringify } from "yaml";
import type { Engine } from "../engine";
import { localFolders } from "./folders";

/** The stack that is deployed to the local AWS; the others are only previewed there. */
export const localStack = "local";

/**
 * A local stack and its secrets are as disposable as the local AWS. The passphrase protects nothing, but the
 * engine asks for one.
 */
const passphrase = "local";

/** What a stack file holds (https://www.pulumi.com/docs/iac/concepts/projects/stack-settings-file/). */
export interface StackFile {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly encryptionsalt?: string;
  readonly [setting: string]: unknown;
}

interface StackOfProgram {
  readonly project: string;
  /** @default the project */
  readonly program?: string;
  readonly stackName: string;
}

/**
 * A stack file for the local AWS. Of the provider's settings only the region and the default tags stay:
 * profiles, roles, account ids and endpoints are about real AWS. The local passphrase encrypts secrets.
 */
export function localStackFile(given: StackFile, encryptionsalt: string | undefined): StackFile {
  const config = Object.entries(given.config ?? {}).filter(
    ([key]) => !key.startsWith("aws:") || key === "aws:region" || key.startsWith("aws:defaultTags"),
  );
  return { config: Object.fromEntries(config), ...(encryptionsalt ? { encryptionsalt } : {}) };
}

/**
 * The region of a program's stack.
 * @throws Error if there is no such stack, or no region in its file
 */
export function stackRegion(program: string, stack: string): string {
  const file = path.join(program, `Pulumi.${stack}.yaml`);
  if (!existsSync(file)) throw new Error(`there is no stack "${stack}": ${file} does not exist`);
  const region = readStackFile(file).config?.["aws:region"];
  if (typeof region !== "string") throw new Error(`aws:region is missing in ${file}`);
  return region;
}

/**
 * What a policy says of a stack's cluster: its name and region. An example that is no one cluster in one
 * region has `*`.
 */
export function stackPlace({ project, program = project, stackName }: StackOfProgram) {
  const name = readStackFile(path.join(program, `Pulumi.${stackName}.yaml`)).config?.["pulumi-kubeadm:name"];
  return typeof name === "string"
    ? { cluster: name, region: stackRegion(program, stackName) }
    : { cluster: "*", region: "*" };
}

/**
 * Selects a stack of a program, with its state in the project's `.local` folder. The engine writes to
 * settings (an encryption salt, for example), so it works on copies in a folder of its own.
 */
export async function openStack(
  project: string,
  program: string,
  stackName: string,
  engine: Engine,
): Promise<automation.Stack> {
  const { state, workspace: workspaces } = localFolders(project);
  const workspace = path.join(workspaces, path.relative(project, program));
  mkdirSync(workspace, { recursive: true });
  const projectFile = readFileSync(path.join(program, "Pulumi.yaml"), "utf8");
  writeFileSync(path.join(workspace, "Pulumi.yaml"), projectFile);
  const stackFile = `Pulumi.${stackName}.yaml`;
  const copy = path.join(workspace, stackFile);
  const salt = existsSync(copy) ? readStackFile(copy).encryptionsalt : undefined;
  writeFileSync(copy, stringify(localStackFile(readStackFile(path.join(program, stackFile)), salt)));

  const { name: projectName } = parse(projectFile) as { name: string };
  return automation.LocalWorkspace.createOrSelectStack(
    { stackName, projectName, program: () => loadProgram(project, program) },
    {
      workDir: workspace,
      pulumiCommand: engine.command,
      envVars: {
        ...engine.env,
        PULUMI_BACKEND_URL: `file://${state}`,
        PULUMI_CONFIG_PASSPHRASE: passphrase,
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    },
  );
}

/** How many operations were in progress when the engine was killed: it cannot know their results. */
export async function pendingOperations(stack: automation.Stack): Promise<number> {
  const { deployment } = (await stack.exportStack()) as { deployment: { pending_operations?: unknown[] } };
  return deployment.pending_operations?.length ?? 0;
}

/**
 * Runs the program as it is on disk now, even if this process has loaded an older one, and returns its
 * outputs.
 */
async function loadProgram(project: string, program: string): Promise<Record<string, unknown>> {
  const ours = (file: string) =>
    file.startsWith(project + path.sep) && !file.includes(`${path.sep}node_modules${path.sep}`);
  for (const file of Object.keys(require.cache)) if (ours(file)) delete require.cache[file];
  // Like Pulumi's own runner: a program is a function, or a module that makes its resources when it is
  // loaded.
  const loaded = require(path.join(program, "index")) as automation.PulumiFn | Record<string, unknown>;
  return typeof loaded === "function" ? ((await loaded()) as Record<string, unknown>) : loaded;
}

function readStackFile(file: string): StackFile {
  return (parse(readFileSync(file, "utf8")) as StackFile | null) ?? {};
}
