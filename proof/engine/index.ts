/**
 * Finds what the program needs to run where neither a Pulumi CLI nor a download site may be at hand:
 *
 * - the CLI: on PATH, cached, downloaded or built (`cli.ts`);
 * - the provider plugins: installed, downloaded, or the bridge in their place (`providers.ts`);
 * - the bridge: Terraform providers behind Pulumi's provider protocol (`bridge/`).
 */
import type * as automation from "@pulumi/pulumi/automation";
import * as path from "node:path";
import { cacheRoot } from "./cache";
import { findCli } from "./cli";
import { canDownload } from "./network";
import { findProviders } from "./providers";

export interface Engine {
  /** The CLI, for the Automation API (`LocalWorkspaceOptions.pulumiCommand`). */
  readonly command: automation.PulumiCommand;
  /** What the stack's environment needs on top of the caller's: PATH with the provider plugins. */
  readonly env: Record<string, string>;
  /** One line for a person: where the CLI and the providers came from. */
  readonly origin: string;
}

/**
 * Finds or makes a Pulumi engine. On a machine without network, the first call may build for some minutes;
 * later calls use the cache.
 * With `PULUMI_KUBEADM_ENGINE=build` in the environment, CLI and plugins are always own builds.
 * @param report Called with one line for each step that takes time.
 * @throws When nothing usable is found and nothing can be built, with what to install.
 */
export async function findEngine(report: (line: string) => void): Promise<Engine> {
  const search = { cacheRoot: cacheRoot(), report, onlyBuild: buildOnly(), canDownload };
  const cli = await findCli(search);
  const providers = await findProviders({ ...search, cli: cli.command });
  return {
    command: cli.command,
    env: providers.folder ? environment(providers.folder) : {},
    origin: `Pulumi ${cli.origin}; providers ${providers.origin}`,
  };
}

function buildOnly(): boolean {
  const mode = process.env.PULUMI_KUBEADM_ENGINE ?? "";
  if (mode !== "" && mode !== "build") {
    throw new Error(`PULUMI_KUBEADM_ENGINE is "${mode}"; it may be "build" or unset`);
  }
  return mode === "build";
}

function environment(folder: string): Record<string, string> {
  return {
    PATH: [folder, process.env.PATH].filter(Boolean).join(path.delimiter),
    // An empty value switches it off, even if the caller's environment has it on.
    PULUMI_IGNORE_AMBIENT_PLUGINS: "",
  };
}
