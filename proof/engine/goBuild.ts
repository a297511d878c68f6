import * as fs from "node:fs/promises";
import * as path from "node:path";
import { cacheEntry, cachedEntry, type CacheKey } from "./cache";
import { run } from "./run";

/** A program that is built from Go modules. */
export interface GoTool {
  /** Folder of its recipe, `go/<name>`, beside this file. */
  readonly name: string;
  /** Import path of its main package. */
  readonly package: string;
  /** Module that gives the program its version. */
  readonly module: string;
  /** Path of the built file in its cache entry. */
  readonly output: string;
  /** Linker flags that depend on the version. @default - only those that omit debug information */
  readonly linkerFlags?: (version: string) => string;
  /** How long a first build takes on two cores, for the progress line. */
  readonly roughly: string;
}

const HEARTBEAT_MILLISECONDS = 20_000;

export const PULUMI: GoTool = {
  name: "pulumi",
  package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  module: "github.com/pulumi/pulumi/pkg/v3",
  output: "bin/pulumi",
  // The Automation API refuses a CLI that does not know its version.
  linkerFlags: (version) => `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${version}`,
  roughly: "2 to 5 minutes",
};

export const BRIDGE: GoTool = {
  name: "bridge",
  package: "github.com/pulumi/pulumi-terraform-bridge/v3/dynamic",
  module: "github.com/pulumi/pulumi-terraform-bridge/v3",
  output: "pulumi-terraform-bridge",
  roughly: "2 to 4 minutes",
};

/** Terraform providers that are small enough to build, by Pulumi package. */
export const TERRAFORM_PROVIDERS: Readonly<Record<string, GoTool>> = {
  tls: {
    name: "terraform-provider-tls",
    package: "github.com/hashicorp/terraform-provider-tls",
    module: "github.com/hashicorp/terraform-provider-tls",
    output: "terraform-provider-tls",
    roughly: "half a minute",
  },
  random: {
    name: "terraform-provider-random",
    package: "github.com/terraform-providers/terraform-provider-random",
    module: "github.com/terraform-providers/terraform-provider-random",
    output: "terraform-provider-random",
    roughly: "half a minute",
  },
};

/** Path of a tool that was built before, if there is one. */
export async function builtBefore(tool: GoTool, root: string): Promise<string | undefined> {
  const entry = await cachedEntry(root, await keyOf(tool));
  return entry && path.join(entry, tool.output);
}

/** Path of the tool, which is built if the cache lacks it. `why` goes into the progress line. */
export async function goTool(
  tool: GoTool,
  root: string,
  why: string,
  report: (line: string) => void,
): Promise<string> {
  const key = await keyOf(tool);
  const entry = await cacheEntry(
    root,
    key,
    (folder) => build(tool, key.version, folder, why, report),
    report,
  );
  return path.join(entry, tool.output);
}

async function build(
  tool: GoTool,
  version: string,
  folder: string,
  why: string,
  report: (line: string) => void,
): Promise<void> {
  report(`Building ${tool.name} ${version} with Go, ${why}; roughly ${tool.roughly} the first time`);
  const source = path.join(folder, "source");
  await fs.cp(recipeFolder(tool), source, { recursive: true });
  const started = Date.now();
  const seconds = (): number => Math.round((Date.now() - started) / 1000);
  const heartbeat = setInterval(
    () => report(`Still building ${tool.name} (${seconds()} s)`),
    HEARTBEAT_MILLISECONDS,
  );
  try {
    const flags = ["-s -w", tool.linkerFlags?.(version) ?? ""].join(" ").trim();
    const args = [
      "build",
      "-trimpath",
      "-ldflags",
      flags,
      "-o",
      path.join(folder, tool.output),
      tool.package,
    ];
    await run("go", args, { cwd: source, env: { CGO_ENABLED: "0", GOWORK: "off" } });
    await fs.rm(source, { recursive: true });
    report(`Built ${tool.name} in ${seconds()} s`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new Error(
      `building ${tool.name} needs the command \`go\` on PATH: install Go (https://go.dev/doc/install), or the Pulumi CLI`,
    );
  } finally {
    clearInterval(heartbeat);
  }
}

async function keyOf(tool: GoTool): Promise<CacheKey> {
  const folder = recipeFolder(tool);
  const files = (await fs.readdir(folder)).sort();
  const contents = await Promise.all(files.map((file) => fs.readFile(path.join(folder, file), "utf8")));
  const platform = `${process.platform}/${process.arch}`;
  const version = moduleVersion(contents[files.indexOf("go.mod")], tool.module);
  return {
    tool: tool.name,
    version,
    recipe: [platform, tool.package, tool.linkerFlags?.(version) ?? "", ...contents],
  };
}

/** The version at which a `go.mod` requires a module. */
export function moduleVersion(goMod: string, module: string): string {
  const line = goMod
    .split("\n")
    .find((text) => text.replace(/^require\s+|^\s+/, "").startsWith(`${module} v`));
  const version = line?.split(`${module} `)[1]?.split(/\s/)[0];
  if (!version) throw new Error(`no required version of ${module} in its go.mod`);
  return version;
}

function recipeFolder(tool: GoTool): string {
  return path.join(__dirname, "go", tool.name);
}
