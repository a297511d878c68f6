import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import * as ts from "typescript";
import type { PluginSettings } from "./bridge/settings";
import { cacheEntry } from "./cache";

/** One provider plugin that the bridge serves. */
export interface BridgedProvider {
  /** Pulumi package: `aws`, `tls` or `random`. */
  readonly package: string;
  /** Version of the npm package. */
  readonly packageVersion: string;
  /** Path of the Terraform provider, with any file name. */
  readonly file: string;
  /** Major version of the Terraform provider. */
  readonly major: number;
}

const SOURCES = path.join(__dirname, "bridge");

/**
 * Folder for PATH with one `pulumi-resource-<package>` script per provider. The bridge's TypeScript is
 * compiled into it once, because every start of a plugin would otherwise wait for the compiler.
 */
export async function pluginFolder(
  root: string,
  bridge: string,
  providers: readonly BridgedProvider[],
  report: (line: string) => void,
): Promise<string> {
  const sources = await readSources();
  const modules = path.dirname(path.dirname(path.dirname(require.resolve("@pulumi/pulumi/package.json"))));
  const recipe = [process.execPath, modules, bridge, JSON.stringify(providers), JSON.stringify(sources)];
  const version = createHash("sha256").update(modules).digest("hex").slice(0, 6);
  return cacheEntry(
    root,
    { tool: "plugins", version, recipe },
    async (folder) => {
      for (const [name, text] of Object.entries(sources)) await compile(name, text, folder);
      for (const provider of providers) await writePlugin(folder, provider, bridge, modules);
    },
    report,
  );
}

async function readSources(): Promise<Record<string, string>> {
  const names = (await fs.readdir(SOURCES)).filter((name) => name.endsWith(".ts")).sort();
  const texts = await Promise.all(names.map((name) => fs.readFile(path.join(SOURCES, name), "utf8")));
  return Object.fromEntries(names.map((name, i) => [name, texts[i]]));
}

async function compile(name: string, text: string, folder: string): Promise<void> {
  const compilerOptions = {
    module: ts.ModuleKind.CommonJS,
    target: ts.ScriptTarget.ES2022,
    esModuleInterop: true,
  };
  const { outputText } = ts.transpileModule(text, { fileName: name, compilerOptions });
  await fs.writeFile(path.join(folder, name.replace(/\.ts$/, ".js")), outputText);
}

async function writePlugin(
  folder: string,
  provider: BridgedProvider,
  bridge: string,
  modules: string,
): Promise<void> {
  // The dynamic bridge takes the provider's name from the file name.
  const link = `terraform-provider-${provider.package}`;
  await fs.symlink(provider.file, path.join(folder, link));
  const settings: PluginSettings = {
    package: provider.package,
    version: provider.packageVersion,
    bridge,
    major: provider.major,
  };
  await fs.writeFile(path.join(folder, `${provider.package}.json`), JSON.stringify(settings));
  const script = `#!/bin/sh
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
export NODE_PATH=${quote(modules)}
exec ${quote(process.execPath)} "$here/main.js" "$here/${provider.package}.json" "$here/${link}" "$@"
`;
  await fs.writeFile(path.join(folder, `pulumi-resource-${provider.package}`), script, { mode: 0o755 });
}

function quote(text: string): string {
  return `'${text.replace(/'/g, `'\\''`)}'`;
}
