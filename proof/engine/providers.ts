import type { PulumiCommand } from "@pulumi/pulumi/automation";
import { ownGoTool } from "../toolchain/goTool";
import { BRIDGE, TERRAFORM_PROVIDERS } from "./goPrograms";
import { pluginFolder, type BridgedProvider } from "./plugins";
import { run } from "./run";
import { findTerraformProvider } from "./terraform";

/** Where the provider plugins come from. */
export interface Providers {
  /** Folder for the start of PATH. @default - the CLI finds every plugin by itself */
  readonly folder?: string;
  readonly origin: string;
}

export interface ProviderSearch {
  readonly cli: PulumiCommand;
  readonly cacheRoot: string;
  readonly report: (line: string) => void;
  /** Use the bridge even if the real plugins exist. */
  readonly onlyBuild: boolean;
  readonly canDownload: () => Promise<boolean>;
}

interface Plugin {
  readonly name: string;
  readonly version: string;
}

const INSTALL_SECONDS = 300;
const PACKAGES = ["aws", "tls", "random"];
const NAMESPACE = "hashicorp";

/** Finds the plugins in the versions of the npm packages: installed, from the download site, or the bridge. */
export async function findProviders(search: ProviderSearch): Promise<Providers> {
  const wanted = PACKAGES.map((name) => ({ name, version: npmVersion(name) }));
  const missing: Plugin[] = search.onlyBuild ? wanted : await notInstalled(wanted, search);
  const real = wanted.filter((plugin) => !missing.includes(plugin));
  const origins = real.map(({ name, version }) => `${name} ${version}`);
  if (missing.length === 0) return { origin: origins.join(", ") };

  const { cacheRoot, report } = search;
  const providers: BridgedProvider[] = [];
  for (const plugin of missing) {
    const { origin, ...provider } = terraformProvider(plugin, cacheRoot, report);
    providers.push(provider);
    origins.push(`${plugin.name} (${origin}, bridged)`);
  }
  const bridge = ownGoTool(BRIDGE, cacheRoot, report);
  return { folder: await pluginFolder(cacheRoot, bridge, providers, report), origin: origins.join(", ") };
}

async function notInstalled(wanted: readonly Plugin[], search: ProviderSearch): Promise<Plugin[]> {
  const { cli, report, canDownload } = search;
  const listing = await run(cli.command, ["plugin", "ls", "--json"], {
    env: { PULUMI_SKIP_UPDATE_CHECK: "1" },
  });
  const installed = JSON.parse(listing) as { name: string; kind: string; version?: string }[];
  const missing: Plugin[] = [];
  for (const plugin of wanted) {
    const { name, version } = plugin;
    const there = installed.some(
      (item) => item.kind === "resource" && item.name === name && item.version === version,
    );
    if (!there && !((await canDownload()) && (await install(cli, plugin, report)))) missing.push(plugin);
  }
  return missing;
}

async function install(
  cli: PulumiCommand,
  { name, version }: Plugin,
  report: (line: string) => void,
): Promise<boolean> {
  report(`Downloading the ${name} provider ${version}; at most ${INSTALL_SECONDS} s`);
  try {
    await run(cli.command, ["plugin", "install", "resource", name, version], {
      limitSeconds: INSTALL_SECONDS,
    });
    return true;
  } catch (error) {
    report(`The download failed: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

function terraformProvider(
  { name, version: packageVersion }: Plugin,
  cacheRoot: string,
  report: (line: string) => void,
): BridgedProvider & { origin: string } {
  const tool = TERRAFORM_PROVIDERS[name];
  if (tool) {
    const file = ownGoTool(tool, cacheRoot, report);
    return { package: name, packageVersion, file, major: 0, origin: "own build" };
  }
  const installed = findTerraformProvider(NAMESPACE, name);
  if (!installed) {
    throw new Error(
      `no plugin for the Pulumi package "${name}": install the Pulumi CLI where it can download plugins, or the ` +
        `Terraform provider ${NAMESPACE}/${name}, for example with \`terraform providers mirror\` into ` +
        "~/.terraform.d/plugins",
    );
  }
  const { file, major, version } = installed;
  return { package: name, packageVersion, file, major, origin: `Terraform ${version}` };
}

function npmVersion(name: string): string {
  return (require(`@pulumi/${name}/package.json`) as { version: string }).version;
}
