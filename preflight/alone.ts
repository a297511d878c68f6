import * as automation from "@pulumi/pulumi/automation";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { readSettings } from "../settings";
import { runPreflight } from "./preflight";

/** What the preflight said of a stack, in the engine's words. */
export interface Findings {
  /** Why `pulumi up` would be refused. Empty if it would not be. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** The Pulumi CLI, and what its environment needs besides this process's. @default the CLI on PATH */
export interface CommandLine {
  readonly command?: automation.PulumiCommand;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a stack file holds (https://www.pulumi.com/docs/iac/concepts/projects/stack-settings-file/). */
interface StackFile {
  readonly config?: Readonly<Record<string, unknown>>;
}

/**
 * Configuration of a stack, as a person wrote it in its file.
 * @throws Error if there is no such file
 */
export function stackConfig(project: string, stack: string): Readonly<Record<string, unknown>> {
  const file = path.join(project, `Pulumi.${stack}.yaml`);
  let text;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new Error(`there is no stack "${stack}": ${file} cannot be read`);
  }
  return (parse(text) as StackFile | null)?.config ?? {};
}

/**
 * Runs the preflight of a stack, and nothing else: it makes nothing, and neither reads nor locks the stack's state. So it does not
 * compare the settings with the outputs of the last `pulumi up`; `pulumi preview` does.
 *
 * @param project folder of Pulumi.yaml and the stack's file
 * @throws Error if there is no such stack, or the engine cannot start
 */
export async function preflightAlone(
  project: string,
  stackName: string,
  { command, env }: CommandLine = {},
): Promise<Findings> {
  const config = stackConfig(project, stackName);
  const folder = mkdtempSync(path.join(tmpdir(), "preflight-"));
  try {
    const projectFile = readFileSync(path.join(project, "Pulumi.yaml"), "utf8");
    writeFileSync(path.join(folder, "Pulumi.yaml"), projectFile);
    writeFileSync(path.join(folder, `Pulumi.${stackName}.yaml`), stringify({ config }));
    const { name: projectName } = parse(projectFile) as { name: string };
    const program = async () => void (await runPreflight(readSettings()));
    const stack = await automation.LocalWorkspace.createOrSelectStack(
      { stackName, projectName, program },
      {
        workDir: folder,
        pulumiCommand: command,
        envVars: {
          ...env,
          PULUMI_BACKEND_URL: `file://${folder}`,
          PULUMI_CONFIG_PASSPHRASE: "nothing is kept",
          PULUMI_SKIP_UPDATE_CHECK: "true",
        },
      },
    );
    return await findingsOf(stack);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function findingsOf(stack: automation.Stack): Promise<Findings> {
  const said = { error: [] as string[], warning: [] as string[] };
  const onEvent = ({ diagnosticEvent }: automation.EngineEvent) => {
    const { severity, message, ephemeral } = diagnosticEvent ?? {};
    if (ephemeral || message === undefined || (severity !== "error" && severity !== "warning")) return;
    const text = plain(message);
    if (text === "" || /^using pulumi-resource-\w+ from \$PATH/.test(text)) return;
    // The engine tells an error of an inline program twice.
    if (!said[severity].includes(text)) said[severity].push(text);
  };
  try {
    await stack.preview({ onEvent });
  } catch (error) {
    if (said.error.length === 0) throw error;
  }
  return { errors: said.error, warnings: said.warning };
}

/** Without the markup of the engine's own display (`<{%reset%}>`). */
const plain = (message: string) =>
  message
    .replaceAll(/<\{%.*?%\}>/g, "")
    .replace(/^(error|warning): /, "")
    .trim();
